/** The page's side of a worker that answers its requests one by one, in their order. */

type Reply<Result> =
  | { readonly type: "done"; readonly result: Result }
  | { readonly type: "failed"; readonly message: string };

interface Waiter<Result> {
  resolve(result: Result): void;
  reject(error: Error): void;
}

export class WorkerClient<Request, Result> {
  readonly #worker: Worker;
  readonly #waiting: Waiter<Result>[] = [];
  /** Why no request is answered any more. */
  #failure: Error | undefined;

  /** `name`: what does not start where the worker does not load. */
  constructor(worker: Worker, name: string) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<Reply<Result>>) => {
      const waiter = this.#waiting.shift();
      if (data.type === "done") waiter?.resolve(data.result);
      else waiter?.reject(new Error(data.message));
    });
    worker.addEventListener("error", ({ message }) => {
      const reason = message || "the worker did not load";
      const failure = new Error(`${name} could not start: ${reason}; reload the page`);
      this.#failure = failure;
      for (const waiter of this.#waiting.splice(0)) waiter.reject(failure);
    });
  }

  ask(request: Request): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure);
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
  }
}

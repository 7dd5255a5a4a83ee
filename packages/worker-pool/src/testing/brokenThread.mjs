/** Begins no thread: what a program has that names a broken file by `workerUrl`. */
throw new Error("no thread here");

/** Which rules are recursive through each other (Tarjan, SIAM J. Comput. 1, 1972), without recursion of its own. */

/** Components of a graph, each after all that it reaches. @param targets by vertex */
export function componentsOf(targets: readonly (readonly number[])[]): number[][] {
  const order = new Int32Array(targets.length).fill(-1);
  const low = new Int32Array(targets.length);
  const isOpen = new Uint8Array(targets.length);
  const open: number[] = [];
  const components: number[][] = [];
  let count = 0;
  for (let root = 0; root < targets.length; root++) {
    if (order[root]! >= 0) continue;
    const path: { vertex: number; next: number }[] = [{ vertex: root, next: 0 }];
    while (path.length > 0) {
      const step = path.at(-1)!;
      const { vertex } = step;
      if (order[vertex]! < 0) {
        order[vertex] = low[vertex] = count++;
        isOpen[vertex] = 1;
        open.push(vertex);
      }
      const target = targets[vertex]![step.next++];
      if (target === undefined) {
        path.pop();
        const parent = path.at(-1)?.vertex;
        if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[vertex]!);
        if (low[vertex] === order[vertex]) {
          const component = open.splice(open.indexOf(vertex));
          for (const each of component) isOpen[each] = 0;
          components.push(component);
        }
      } else if (order[target]! < 0) path.push({ vertex: target, next: 0 });
      else if (isOpen[target]) low[vertex] = Math.min(low[vertex]!, order[target]!);
    }
  }
  return components;
}

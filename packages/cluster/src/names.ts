/** How everything in NATS is called: by the cluster's name and the layout's version, so that two never share a subject. */

/** Layout and meaning of streams, entries and messages; another one has names of its own. */
const layoutVersion = 1;

export interface ClusterNames {
  readonly workStream: string;
  readonly workSubject: string;
  /** The consumer that all nodes pull from. */
  readonly workConsumer: string;
  readonly logStream: string;
  readonly logSubject: (sequence: string) => string;
  readonly logSubjects: string;
  readonly peerSubject: (peer: string) => string;
  readonly everyPeer: string;
  readonly metaBucket: string;
  readonly nodesBucket: string;
}

/** @param name letters, digits, `-` and `_` */
export function clusterNames(name: string): ClusterNames {
  const stream = `tokenmill_${name}_v${layoutVersion}`;
  const subject = `tokenmill.${name}.v${layoutVersion}`;
  return {
    workStream: `${stream}_work`,
    workSubject: `${subject}.work`,
    workConsumer: "nodes",
    logStream: `${stream}_log`,
    logSubject: (sequence) => `${subject}.log.${sequence}`,
    logSubjects: `${subject}.log.*`,
    peerSubject: (peer) => `${subject}.peer.${peer}`,
    everyPeer: `${subject}.peers`,
    metaBucket: `${stream}_meta`,
    nodesBucket: `${stream}_nodes`,
  };
}

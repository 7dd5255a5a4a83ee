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
  readonly shardStream: string;
  /** Of a shard of a batch that waits for a node. */
  readonly shardSubject: (batch: string, key: string) => string;
  /** The consumer that all nodes pull shards from. */
  readonly shardConsumer: string;
  readonly resultStream: string;
  /** Of what stands of a shard. */
  readonly resultSubject: (batch: string, key: string) => string;
  /** Of a piece of what one message cannot hold. */
  readonly partSubject: (batch: string, key: string, part: string) => string;
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
    shardStream: `${stream}_shards`,
    shardSubject: (batch, key) => `${subject}.shard.${batch}.${key}`,
    shardConsumer: "nodes",
    resultStream: `${stream}_results`,
    resultSubject: (batch, key) => `${subject}.result.${batch}.${key}`,
    partSubject: (batch, key, part) => `${subject}.part.${batch}.${key}.${part}`,
    peerSubject: (peer) => `${subject}.peer.${peer}`,
    everyPeer: `${subject}.peers`,
    metaBucket: `${stream}_meta`,
    nodesBucket: `${stream}_nodes`,
  };
}

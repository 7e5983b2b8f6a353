/** What a version of a flow was read from: enough to read it again. */
export interface FlowVersion {
  readonly name: string;
  readonly version: string;
  /** As it is named in messages. */
  readonly file: string;
  readonly text: string;
  /** The shared prompts that it used, by name and language. */
  readonly prompts: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The moment from which new callers enter a version. */
export interface Release {
  readonly version: string;
  /** UTC ms. */
  readonly at: number;
  /** An agent's id, the name of an API token, or what released it by itself. */
  readonly by: string;
}

/** Where versions of flows are kept. */
export interface FlowArchive {
  /** Keeps the version and that callers enter it from now on. Releasing the one that they enter already changes nothing. */
  release(version: FlowVersion, at: number, by: string): Promise<void>;
  find(name: string, version: string): Promise<FlowVersion | undefined>;
  /** The version of this file that callers entered last. */
  lastOf(file: string): Promise<FlowVersion | undefined>;
  /** The latest first. */
  releases(name: string): Promise<readonly Release[]>;
}

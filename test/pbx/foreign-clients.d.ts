/** The parts of untyped packages that the interop tests use. */
declare module 'ari-client' {
  export interface ForeignChannel {
    readonly id: string;
    readonly state: string;
    answer(): Promise<void>;
    hangup(): Promise<void>;
    play(options: { media: string; playbackId: string }): Promise<void>;
  }
  export interface ForeignAri {
    on(event: string, listener: (event: { digit?: string }, channel: ForeignChannel) => void): void;
    start(app: string): Promise<void>;
    stop(): void;
    readonly channels: { list(): Promise<readonly ForeignChannel[]> };
    readonly bridges: {
      list(): Promise<readonly { id: string; channels: readonly string[]; bridge_type: string }[]>;
      create(options: { type: string; bridgeId: string }): Promise<void>;
      destroy(options: { bridgeId: string }): Promise<void>;
    };
    readonly endpoints: {
      list(): Promise<readonly { resource: string; technology: string; state: string }[]>;
    };
  }
  export function connect(url: string, user: string, password: string): Promise<ForeignAri>;
}

declare module 'asterisk-manager' {
  type Fields = Record<string, string>;
  export interface ForeignAmi {
    on(event: string, listener: (event: Fields) => void): void;
    action(fields: Fields, answer: (error: Fields | undefined, response: Fields) => void): void;
    disconnect(): void;
  }
  export default function connect(
    port: number,
    host: string,
    user: string,
    password: string,
    events: boolean,
  ): ForeignAmi;
}

declare module 'modesl' {
  namespace modesl {
    class Connection {
      constructor(host: string, port: number, password: string, ready: () => void);
      api(command: string, words: string, answer: (event: { getBody(): string }) => void): void;
      disconnect(): void;
      on(event: string, listener: () => void): void;
    }
  }
  export default modesl;
}

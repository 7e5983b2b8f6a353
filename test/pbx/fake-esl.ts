import net from 'node:net';

/** What the fake answers to an `api` command; undefined: nothing, as a FreeSWITCH that hangs. */
export type ApiAnswer = (command: string) => string | undefined;

export interface FakeChannel {
  readonly variables: Map<string, string>;
  readonly headers: Record<string, string>;
}

/** The outside of FreeSWITCH's event socket: replies, orders and words as they were measured, without a FreeSWITCH. */
export class FakeEsl {
  password = 'secret';
  /** First look at a command; what it does not know is answered as FreeSWITCH does. */
  override: ApiAnswer = () => undefined;
  /** Commands that get no answer, and nothing behind them on the same connection does. */
  hangs: (command: string) => boolean = () => false;
  /** Commands in order, nudges left out: `api uuid_answer a`, `sendmsg …`, `bgapi …`. */
  readonly commands: string[] = [];
  readonly channels = new Map<string, FakeChannel>();
  readonly hash = new Map<string, string>();
  connections = 0;
  nudges = 0;
  core = 'core-1';
  /** Listens to nobody. */
  deaf = false;
  readonly #sockets = new Set<net.Socket>();
  readonly #listeners = new Set<net.Socket>();
  readonly #hung = new WeakSet<net.Socket>();
  readonly #server = net.createServer((socket) => this.#linked(socket));

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Closes all links without a word. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Sends bytes to whoever listens to events. */
  raw(bytes: string | Buffer): void {
    for (const socket of this.#listeners) socket.write(bytes);
  }

  /** Tells an event; a channel that it knows adds its own headers. */
  tell(name: string, channel: string, headers: Record<string, string> = {}): void {
    const known = this.channels.get(channel);
    const variables = [...(known?.variables ?? [])].map(([key, value]) => [`variable_${key}`, value]);
    const event = {
      'Event-Name': name,
      'Unique-ID': channel,
      ...known?.headers,
      ...Object.fromEntries(variables),
      ...headers,
    };
    this.raw(frame('text/event-json', JSON.stringify(event)));
  }

  /** A call comes in and waits, as the dialplan hands it over. */
  arrives(channel: string, headers: Record<string, string> = {}): void {
    this.channels.set(channel, {
      variables: new Map([
        ['carillon_handed_over', 'true'],
        ['carillon_source', 'outside'],
        ['carillon_dnis', '95533'],
        ['carillon_tries', '0'],
      ]),
      headers: {
        'Answer-State': 'ringing',
        'Caller-Caller-ID-Number': '13912345678',
        'Caller-Caller-ID-Name': 'Caller',
        ...headers,
      },
    });
    this.tell('CHANNEL_PARK', channel);
  }

  /** A channel ends. */
  ends(channel: string, headers: Record<string, string> = {}): void {
    this.tell('CHANNEL_HANGUP_COMPLETE', channel, {
      'Answer-State': 'hangup',
      variable_hangup_cause_q850: '16',
      ...headers,
    });
    this.channels.delete(channel);
  }

  /** Last `sendmsg` to a channel as its headers. */
  executed(channel: string): Record<string, string>[] {
    return this.commands
      .filter((command) => command.startsWith(`sendmsg ${channel}\n`))
      .map((command) =>
        Object.fromEntries(
          command
            .split('\n')
            .slice(1)
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        ),
      );
  }

  #linked(socket: net.Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#listeners.delete(socket);
    });
    socket.write('Content-Type: auth/request\n\n');
    if (this.deaf) {
      socket.pause();
      return;
    }
    let rest = '';
    socket.on('data', (bytes) => {
      const text = bytes.toString();
      if (/^\n+$/.test(text)) this.nudges += 1;
      rest += text;
      for (;;) {
        rest = rest.replace(/^\n+/, '');
        const end = rest.indexOf('\n\n');
        if (end < 0) return;
        const command = rest.slice(0, end);
        rest = rest.slice(end + 2);
        this.#take(socket, command);
      }
    });
  }

  #take(socket: net.Socket, command: string): void {
    if (command.startsWith('auth ')) {
      const isRight = command === `auth ${this.password}`;
      socket.write(reply(isRight ? '+OK accepted' : '-ERR invalid'));
      if (!isRight)
        socket.end(frame('text/disconnect-notice', 'Disconnected, goodbye.\nSee you at ClueCon!\n'));
      return;
    }
    this.commands.push(command);
    // It takes one command after the other.
    if (this.#hung.has(socket) || this.hangs(command)) {
      this.#hung.add(socket);
      return;
    }
    if (command.startsWith('event ')) {
      this.#listeners.add(socket);
      socket.write(reply('+OK event listener enabled json'));
    } else if (command.startsWith('filter ')) {
      socket.write(reply('+OK filter added.'));
    } else if (command.startsWith('sendmsg ')) {
      const [channel = ''] = command.slice('sendmsg '.length).split('\n');
      socket.write(reply(this.channels.has(channel) ? '+OK' : `-ERR invalid session id [${channel}]`));
    } else if (command.startsWith('bgapi ')) {
      socket.write(reply('+OK Job-UUID: x'));
    } else if (command.startsWith('api ')) {
      const words = command.slice('api '.length);
      socket.write(frame('api/response', this.override(words) ?? this.#api(words)));
    }
  }

  #api(command: string): string {
    const [name = '', first = '', ...more] = command.split(' ');
    const channel = this.channels.get(first);
    switch (name) {
      case 'uuid_exists':
        return String(channel !== undefined);
      case 'uuid_dump':
        return channel
          ? JSON.stringify({
              'Unique-ID': first,
              'Channel-State': 'CS_EXCHANGE_MEDIA',
              ...channel.headers,
              ...Object.fromEntries([...channel.variables].map(([key, value]) => [`variable_${key}`, value])),
            })
          : '-ERR No such channel!\n';
      case 'uuid_setvar_multi':
        for (const one of more.join(' ').split(';')) {
          const [variable = '', value = ''] = one.split('=');
          if (value === '') channel?.variables.delete(variable);
          else channel?.variables.set(variable, value);
        }
        return channel ? '+OK\n' : '-ERR No such channel!\n';
      case 'uuid_answer':
        // No -ERR here.
        return channel ? '+OK\n' : '-ERROR\n';
      case 'show':
        if (more[0] === 'count') return `\n${this.channels.size} total.\n`;
        return JSON.stringify(
          first === 'channels' && this.channels.size > 0
            ? { row_count: this.channels.size, rows: [...this.channels.keys()].map((uuid) => ({ uuid })) }
            : { row_count: 0 },
        );
      case 'hash':
        return this.#hash(first);
      case 'sched_del':
        return '+OK Deleted: 1\n';
      case 'uuid_getvar':
        return channel?.variables.get(more[0] ?? '') ?? '_undef_';
      case 'strepoch':
        return '1700000000';
      case 'fsctl':
        return 'false';
      case 'global_getvar':
        return this.core;
      case 'version':
        return 'FreeSWITCH Version 1.11.0-dev git 1234567 64bit (git 1234567 2026-07-01 00:00:00Z 64bit)\n';
      case 'sofia':
        return first === 'status' ? 'carillon\tprofile\tRUNNING (0)\n' : 'No calls to recover.\n';
      default:
        return !name.startsWith('uuid_') || channel ? '+OK\n' : '-ERR No such channel!\n';
    }
  }

  #hash(words: string): string {
    const [verb, realm, key, value = ''] = words.split('/');
    const name = `${realm}/${key}`;
    if (verb === 'select') return this.hash.get(name) ?? '';
    if (verb === 'insert_ifempty' && this.hash.has(name)) return '-ERR key already exists\n';
    this.hash.set(name, value);
    return '+OK\n';
  }
}

/** A frame with a body, its length in bytes. */
export function frame(type: string, body: string): string {
  return `Content-Length: ${Buffer.byteLength(body)}\nContent-Type: ${type}\n\n${body}`;
}

/** The reply to a command that is no `api`. */
export function reply(text: string): string {
  return `Content-Type: command/reply\nReply-Text: ${text}\n\n`;
}

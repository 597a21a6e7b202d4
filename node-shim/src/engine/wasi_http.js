// Of `wasi:http` what the token logic and the gate use: one request with a whole body, one response with a whole body.
import { InputStream, OutputStream, Pollable } from './wasi_io.js';

const decoder = new TextDecoder();

/** @param send (request, done): sends, and calls `done` with what came */
export function exchanges(waits, send) {
  class Fields {
    list = [];
    append(name, value) {
      this.list.push([name, value.slice()]);
    }
    entries() {
      return this.list;
    }
  }

  class OutgoingBody {
    parts = [];
    write() {
      return new OutputStream(waits, (part) => this.parts.push(part.slice()));
    }
    static finish(body) {
      body.finished();
    }
  }

  class OutgoingRequest {
    #body = new OutgoingBody();
    #method = 'GET';
    #path = '/';
    #scheme;
    #authority;
    #headers;

    constructor(headers) {
      this.#headers = headers;
    }
    body() {
      return this.#body;
    }
    setMethod(method) {
      this.#method = method.val ?? method.tag.toUpperCase();
    }
    setPathWithQuery(path) {
      this.#path = path ?? '/';
    }
    setScheme(scheme) {
      this.#scheme = scheme;
    }
    setAuthority(authority) {
      this.#authority = authority;
    }
    scheme() {
      return this.#scheme;
    }
    authority() {
      return this.#authority;
    }
    whole() {
      return {
        method: this.#method,
        url: `${this.#scheme.tag.toLowerCase()}://${this.#authority}${this.#path}`,
        headers: this.#headers.list.map(([name, value]) => [name, decoder.decode(value)]),
        body: joined(this.#body.parts),
      };
    }
  }

  class IncomingBody {
    #bytes;
    constructor(bytes) {
      this.#bytes = bytes;
    }
    stream() {
      let at = 0;
      return new InputStream(waits, (most) => this.#bytes.subarray(at, (at = Math.min(at + most, this.#bytes.length))));
    }
  }

  class IncomingResponse {
    #answer;
    static of(answer) {
      const response = new IncomingResponse();
      response.#answer = answer;
      return response;
    }
    status() {
      return this.#answer.status;
    }
    headers() {
      const fields = new Fields();
      fields.list = this.#answer.headers;
      return fields;
    }
    consume() {
      return new IncomingBody(this.#answer.body);
    }
  }

  class FutureIncomingResponse {
    answer;
    subscribe() {
      return new Pollable(waits, () => this.answer !== undefined);
    }
    get() {
      if (this.answer === undefined) return undefined;
      const { error } = this.answer;
      const val = error ? { tag: 'err', val: error } : { tag: 'ok', val: IncomingResponse.of(this.answer) };
      return { tag: 'ok', val };
    }
  }

  class RequestOptions {}

  function handle(request) {
    const future = new FutureIncomingResponse();
    request.body().finished = () => send(request.whole(), (answer) => (future.answer = answer));
    return future;
  }

  return {
    'wasi:http/outgoing-handler': { handle },
    'wasi:http/types': {
      Fields,
      FutureIncomingResponse,
      IncomingBody,
      IncomingResponse,
      OutgoingBody,
      OutgoingRequest,
      RequestOptions,
      httpErrorCode: () => undefined,
    },
  };
}

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

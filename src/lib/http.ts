// The HTTP client: an undici dispatcher with timeouts, a limit on response size, and gzip. It
// follows no redirects, keeps no cookies and does not retry, because only the caller knows what may
// be sent twice.
import { isAscii } from "node:buffer";
import { promisify } from "node:util";
import { gunzip as gunzipCallback } from "node:zlib";
import { Agent, errors, request } from "undici";
import { proxyDispatcher, proxyFailureOf, type Proxy } from "./proxy.ts";
import { errorCode } from "./system-error.ts";

export interface HttpRequest {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The decompressed body. */
  readonly body: Buffer;
  /** Bytes received over the wire. */
  readonly wireBytes: number;
}

export interface Http {
  /**
   * Resolves for any status.
   * @throws HttpError when no complete response came
   * @throws the signal's reason when aborted
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

export interface HttpOptions {
  /** Default: none, whatever the environment says. */
  readonly proxy?: Proxy | undefined;
  /** Maximum size of a body, compressed and decompressed. Default: 256 MB. */
  readonly maxBodyBytes?: number;
  readonly connectTimeoutMs?: number;
  /**
   * Time until the response starts. Default: 5 minutes, because a Dataverse query may take 2 and its
   * gateway times out after about 4.
   */
  readonly headersTimeoutMs?: number;
  /** Time between two chunks of a body. */
  readonly bodyTimeoutMs?: number;
}

export type HttpErrorKind =
  | "no-such-host"
  | "unreachable"
  | "cut"
  | "closed"
  | "timeout"
  | "too-large"
  | "encoding"
  | "tls"
  | "proxy";

type HttpErrorOptions = ErrorOptions & {
  readonly proxyStatus?: number | undefined;
  readonly fix?: string | undefined;
};

export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly kind: HttpErrorKind;
  /** The status with which a proxy refused to connect to the host; only of the kind "proxy". */
  readonly proxyStatus: number | undefined;
  /** What to do, where it is known better here than by the caller. */
  readonly fix: string | undefined;

  constructor(kind: HttpErrorKind, message: string, { proxyStatus, fix, ...options }: HttpErrorOptions = {}) {
    super(message, options);
    this.kind = kind;
    this.proxyStatus = proxyStatus;
    this.fix = fix;
  }
}

const gunzip = promisify(gunzipCallback);
// Decompressing a collected body in zlib's thread with 1 MB chunks took 4.3 ms for a page of 2.4 MB
// (0.39 MB compressed); with the default chunks of 16 KB 11 ms, streamed 6.8 ms, and gunzipSync
// blocks for 5 to 16 ms.
const UNPACK_CHUNK_BYTES = 1024 * 1024;

export function openHttp(options: HttpOptions = {}): Http {
  const maxBodyBytes = options.maxBodyBytes ?? 256 * 1024 * 1024;
  const { proxy } = options;
  const agentOptions = {
    connect: { timeout: options.connectTimeoutMs ?? 15_000 },
    headersTimeout: options.headersTimeoutMs ?? 300_000,
    bodyTimeout: options.bodyTimeoutMs ?? 90_000,
    maxResponseSize: maxBodyBytes,
  };
  const agent = proxy === undefined ? new Agent(agentOptions) : proxyDispatcher(proxy, agentOptions);
  return {
    async send({ url, method = "GET", headers = {}, body, signal }) {
      const host = new URL(url).host;
      try {
        const response = await request(url, {
          dispatcher: agent,
          method,
          headers: { "accept-encoding": "gzip", ...headers },
          body: body ?? null,
          ...(signal === undefined ? {} : { signal }),
        });
        const bytes = await response.body.bytes();
        const wire = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        const unpacked = await unpack(wire, response.headers["content-encoding"], maxBodyBytes);
        return {
          status: response.statusCode,
          headers: response.headers,
          body: unpacked,
          wireBytes: wire.length,
        };
      } catch (error) {
        signal?.throwIfAborted();
        throw toHttpError(error, host, proxy);
      }
    },
    close: () => agent.destroy(),
  };
}

/**
 * All values of a header.
 * @param name in lower case
 */
export function headerValues(response: HttpResponse, name: string): readonly string[] {
  const value = response.headers[name];
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

/**
 * Decodes the UTF-8 body. Pure ASCII is decoded as latin1: with JSON.parse 6 to 9 instead of 15 ms
 * for 2.4 MB, and the test costs 0.1 ms. (buffer.transcode to UTF-16 was faster for other pages
 * alone, but slower in a running reader: 35 against 31 ms of processor time a page, because of its
 * garbage.)
 */
export function bodyText(body: Buffer): string {
  return isAscii(body) ? body.toString("latin1") : body.toString("utf8");
}

async function unpack(
  wire: Buffer,
  encoding: string | string[] | undefined,
  maxOutputLength: number,
): Promise<Buffer> {
  if (encoding === undefined || encoding === "identity") return wire;
  if (encoding !== "gzip" && encoding !== "x-gzip")
    throw new HttpError(
      "encoding",
      `The answer came in the encoding "${String(encoding)}", which was not asked for.`,
    );
  return await gunzip(wire, { chunkSize: UNPACK_CHUNK_BYTES, maxOutputLength });
}

const KIND_BY_CODE: Readonly<Record<string, HttpErrorKind>> = {
  ENOTFOUND: "no-such-host",
  EAI_AGAIN: "unreachable",
  ECONNREFUSED: "unreachable",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  UND_ERR_DESTROYED: "closed",
  UND_ERR_CLOSED: "closed",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
  ETIMEDOUT: "timeout",
  UND_ERR_RES_EXCEEDED_MAX_SIZE: "too-large",
  ERR_BUFFER_TOO_LARGE: "too-large",
  EPROTO: "tls",
  UND_ERR_PRX_TLS: "tls",
};
/** The many codes of certificates (Node: "X509 certificate error codes") and of OpenSSL. */
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|.*_SELF_SIGNED_CERT|SELF_SIGNED_CERT|INVALID_CA$|HOSTNAME_MISMATCH$)/;

const SENTENCES: Readonly<Record<HttpErrorKind, (host: string) => string>> = {
  "no-such-host": (host) => `There is no server named ${host}.`,
  unreachable: (host) => `${host} could not be reached.`,
  cut: (host) => `The connection to ${host} was cut before the answer was complete.`,
  closed: (host) => `The request to ${host} came after the connections were closed.`,
  timeout: (host) => `${host} did not answer in time.`,
  "too-large": (host) => `The answer of ${host} is larger than is accepted.`,
  encoding: (host) => `The answer of ${host} could not be unpacked.`,
  tls: (host) => `The certificate of ${host} is not valid, or there is no TLS, so nothing was sent to it.`,
  proxy: (host) => `The proxy does not connect to ${host}.`,
};

function toHttpError(error: unknown, host: string, proxy: Proxy | undefined): HttpError {
  if (error instanceof HttpError) return error;
  const failure = proxy && proxyFailureOf(error, proxy, host);
  if (failure) {
    const { finding, status: proxyStatus, fix } = failure;
    const kind = proxyStatus === undefined ? "unreachable" : "proxy";
    return new HttpError(kind, finding, { proxyStatus, fix, cause: error });
  }
  const code = errorCode(error) ?? "";
  const kind = KIND_BY_CODE[code] ?? kindOfFamily(code);
  if (kind === "cut" && !(error instanceof errors.UndiciError) && code === "") throw error;
  return new HttpError(kind, SENTENCES[kind](host), { cause: error });
}

function kindOfFamily(code: string): HttpErrorKind {
  if (TLS_CODE.test(code)) return "tls";
  if (code.startsWith("Z_") && code !== "Z_BUF_ERROR") return "encoding";
  // A socket was closed early, as reported by undici or Node, or a gzip stream is incomplete.
  return "cut";
}

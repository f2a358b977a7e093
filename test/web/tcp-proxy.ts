// A TCP proxy between browser and server that can be disconnected.
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export type TcpProxy = {
  readonly origin: string;
  /** Closes all connections, and new ones at once, until `reconnect`. */
  readonly disconnect: () => void;
  readonly reconnect: () => void;
};

export async function startTcpProxy(origin: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(origin);
  const open = new Set<Socket>();
  let isDown = false;
  const server = createServer((browser) => {
    const upstream = connect(Number(port), hostname);
    const closePair = () => {
      browser.destroy();
      upstream.destroy();
      open.delete(browser);
    };
    for (const socket of [browser, upstream]) socket.on("close", closePair).on("error", closePair);
    open.add(browser);
    if (isDown) closePair();
    else browser.pipe(upstream).pipe(browser);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const closeAll = () => {
    for (const socket of open) socket.destroy();
  };
  onTestFinished(() => {
    closeAll();
    server.close();
  });
  // A server that listens on a TCP port has an AddressInfo.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const listenAddress = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${listenAddress.port}`,
    disconnect() {
      isDown = true;
      closeAll();
    },
    reconnect() {
      isDown = false;
    },
  };
}

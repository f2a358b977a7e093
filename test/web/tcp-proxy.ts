// What stands between a browser and the server and may fail: a relay of connections that can be cut.
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export type Relay = {
  readonly origin: string;
  /** Cuts every connection that is open; as long as it is down, new ones are cut at once. */
  readonly goDown: () => void;
  readonly comeUp: () => void;
};

export async function relayTo(origin: string): Promise<Relay> {
  const { hostname, port } = new URL(origin);
  const open = new Set<Socket>();
  let isDown = false;
  const server = createServer((browser) => {
    const behind = connect(Number(port), hostname);
    const cut = () => {
      browser.destroy();
      behind.destroy();
      open.delete(browser);
    };
    for (const socket of [browser, behind]) socket.on("close", cut).on("error", cut);
    open.add(browser);
    if (isDown) cut();
    else browser.pipe(behind).pipe(browser);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cutAll = () => {
    for (const socket of open) socket.destroy();
  };
  onTestFinished(() => {
    cutAll();
    server.close();
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server on a TCP port has an AddressInfo
  const address = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${address.port}`,
    goDown() {
      isDown = true;
      cutAll();
    },
    comeUp() {
      isDown = false;
    },
  };
}

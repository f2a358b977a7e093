// Tests requests as another user: by systemuserid and by the object id of Microsoft Entra ID.
import { expect, test } from "vitest";
import { member, rowsOf, startWebApi, type WebApiClient } from "./web-api-client.ts";

interface Users {
  readonly api: WebApiClient;
  /** Sees own accounts alone. */
  readonly seller: string;
  /** May impersonate, and read accounts of the whole organisation. */
  readonly delegate: string;
}

async function startWithUsers(): Promise<Users> {
  const api = await startWebApi();
  const { org } = api;
  const roleOf = (name: string) => String(org.roles.get(name));
  const wide = org.addRole("Reads accounts", { prvReadAccount: "organisation", prvReadUser: "organisation" });
  const rights = { prvReadAccount: "user", prvCreateAccount: "user", prvWriteAccount: "user" } as const;
  const own = org.addRole("Own accounts", { ...rights, prvReadContact: "organisation" });
  const seller = org.addUser({ fullname: "Sam Seller", email: "sam@contoso.example", roles: [own] });
  const delegate = org.addUser({
    fullname: "Dee Delegate",
    email: "dee@contoso.example",
    roles: [wide, roleOf("Delegate")],
  });
  org.createAccount({ name: "Sam's", ownerid: seller });
  org.createAccount({ name: "Another's" });
  return { api, seller, delegate };
}

const objectIdOf = ({ org }: WebApiClient, user: string) =>
  String(org.requireTable("systemuser").get(user)?.["azureactivedirectoryobjectid"]);

test("a request by either header runs as that user, and sees what that user sees", async () => {
  const { api, seller } = await startWithUsers();
  await using _ = api;
  for (const headers of [
    { MSCRMCallerID: `{${seller.toUpperCase()}}` },
    { CallerObjectId: objectIdOf(api, seller) },
  ]) {
    const who = await api.request("WhoAmI", { headers });
    expect(member(who.json, "UserId")).toBe(seller);
    const accounts = await api.request("accounts?$select=name", { headers });
    expect(rowsOf(accounts).map(({ name }) => name)).toEqual(["Sam's"]);
  }
});

test("only what both may do is done", async () => {
  const { api, seller, delegate } = await startWithUsers();
  await using _ = api;
  const headers = { MSCRMCallerID: seller };
  expect(rowsOf(await api.request("accounts?$select=name", { as: delegate, headers }))).toHaveLength(1);
  const contacts = await api.request("contacts?$select=fullname", { as: delegate, headers });
  expect([contacts.status, member(contacts.json, "error", "message")]).toEqual([
    403,
    expect.stringContaining("is missing prvReadContact privilege"),
  ]);
});

test("rows say who acted as whom", async () => {
  const { api, seller } = await startWithUsers();
  await using _ = api;
  const headers = { MSCRMCallerID: seller, "Content-Type": "application/json" };
  const created = await api.request("accounts", { method: "POST", body: { name: "New" }, headers });
  const path = new URL(String(created.headers.get("odata-entityid"))).pathname.split("/").at(-1);
  const columns = "_createdby_value,_createdonbehalfby_value,_modifiedonbehalfby_value,_ownerid_value";
  const read = async () => (await api.request(`${path}?$select=${columns}`)).json;
  expect(await read()).toMatchObject({
    _createdby_value: seller,
    _createdonbehalfby_value: api.org.adminId,
    _modifiedonbehalfby_value: api.org.adminId,
    _ownerid_value: seller,
  });
  await api.request(String(path), { method: "PATCH", body: { name: "Newer" } });
  expect(await read()).toMatchObject({
    _createdonbehalfby_value: api.org.adminId,
    _modifiedonbehalfby_value: null,
  });
});

test("a user without the privilege, and one who is nobody or disabled, is refused", async () => {
  const { api, seller, delegate } = await startWithUsers();
  await using _ = api;
  const refusal = async (as: string | undefined, headers: Record<string, string>) => {
    const { status, json } = await api.request("WhoAmI", { ...(as === undefined ? {} : { as }), headers });
    return [status, member(json, "error", "code"), member(json, "error", "message")];
  };
  const nobody = "00000000-0000-0000-0000-00000000dead";
  expect(await refusal(seller, { MSCRMCallerID: delegate })).toEqual([
    403,
    "0x80040220",
    expect.stringMatching(`Id=${seller}.* is missing prvActOnBehalfOfAnotherUser privilege`),
  ]);
  expect(await refusal(undefined, { MSCRMCallerID: nobody })).toEqual([
    404,
    "0x80040217",
    expect.any(String),
  ]);
  expect(await refusal(undefined, { CallerObjectId: nobody })).toEqual([
    403,
    "0x80072560",
    expect.any(String),
  ]);
  expect(await refusal(undefined, { MSCRMCallerID: "Sam" })).toEqual([400, "0x80060888", expect.any(String)]);
  api.org.disableUser(seller);
  expect(await refusal(undefined, { MSCRMCallerID: seller })).toEqual([
    403,
    "0x80040225",
    expect.any(String),
  ]);
});

test("the parts of a batch run as the user that the batch or the part names", async () => {
  const { api, seller, delegate } = await startWithUsers();
  await using _ = api;
  const part = (header: string) =>
    `--b\r\nContent-Type: application/http\r\n\r\nGET WhoAmI HTTP/1.1\r\n${header}\r\n\r\n`;
  const response = await fetch(`${api.simulator.origin}/api/data/v9.2/$batch`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await api.accessToken()}`,
      "content-type": "multipart/mixed; boundary=b",
      MSCRMCallerID: seller,
    },
    body: `${part("Accept: application/json")}${part(`MSCRMCallerID: ${delegate}`)}--b--\r\n`,
  });
  const users = [...(await response.text()).matchAll(/"UserId":"([^"]+)"/g)].map(([, id]) => id);
  expect(users).toEqual([seller, delegate]);
});

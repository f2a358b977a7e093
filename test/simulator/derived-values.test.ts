// Tests values that Dataverse computes from others.
import { expect, test } from "vitest";
import { startWebApi } from "./web-api-client.ts";

test("a contact's full name follows its names, whoever writes them, and cannot be written", async () => {
  let seeded = "";
  await using api = await startWebApi((org) => {
    seeded = org.create("contact", { firstname: "Ada", lastname: "Lovelace" });
  });
  const nameOf = async (path: string) => (await api.request(`${path}?$select=fullname`)).json;
  expect(await nameOf(`contacts(${seeded})`)).toMatchObject({ fullname: "Ada Lovelace" });

  const body = { firstname: "Jo", lastname: "Doe", fullname: "Somebody Else" };
  const created = await api.request("contacts", { method: "POST", body });
  const path = new URL(String(created.headers.get("odata-entityid"))).pathname.split("/").at(-1) ?? "";
  expect(await nameOf(path)).toMatchObject({ fullname: "Jo Doe" });

  const afterPatch = async (values: Record<string, unknown>) => {
    await api.request(path, { method: "PATCH", body: values });
    return await nameOf(path);
  };
  expect(await afterPatch({ lastname: "Roe" })).toMatchObject({ fullname: "Jo Roe" });
  expect(await afterPatch({ fullname: "Somebody Else" })).toMatchObject({ fullname: "Jo Roe" });
  expect(await afterPatch({ firstname: null })).toMatchObject({ fullname: "Roe" });
  expect(await afterPatch({ lastname: null })).toMatchObject({ fullname: null });
});

test("data that has a full name alone gets the names that it is made of", async () => {
  let contact = "";
  await using api = await startWebApi((org) => {
    contact = org.create("contact", { fullname: "Ana María Ruiz" });
  });
  const { json } = await api.request(`contacts(${contact})?$select=fullname,firstname,lastname`);
  expect(json).toMatchObject({ fullname: "Ana María Ruiz", firstname: "Ana", lastname: "María Ruiz" });
});

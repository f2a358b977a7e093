import { expect, test } from "vitest";
import type { RunningSimulator } from "../../simulator/main.ts";
import { addReader, allOf, connectSimulated, roleOf } from "./test-client.ts";

async function isAdministrator(as: (simulator: RunningSimulator) => string) {
  await using connected = await connectSimulated({ as });
  return await connected.client.isSystemAdministrator();
}

test("a System Administrator has the role directly or through a team", async () => {
  expect(await isAdministrator(({ org }) => org.adminId)).toBe(true);
  expect(await isAdministrator(addReader)).toBe(false);
  const throughTeam = await isAdministrator((simulator) => {
    const { org } = simulator;
    const user = addReader(simulator);
    org.addTeam({
      name: "Admins",
      type: 2,
      members: [user],
      roles: [roleOf(simulator, "System Administrator")],
    });
    return user;
  });
  expect(throughTeam).toBe(true);
});

test("missing privileges are named, in the list and in an error", async () => {
  await using connected = await connectSimulated({
    as: (simulator) => {
      simulator.org.setPrivilege(roleOf(simulator, "Basic User"), "prvReadAccount", undefined);
      simulator.org.setPrivilege(roleOf(simulator, "Basic User"), "prvReadTeam", undefined);
      return addReader(simulator);
    },
  });
  expect(await connected.client.privilegeGaps()).toEqual({
    missing: ["prvReadAccount", "prvReadTeam"],
    insufficientDepth: [],
  });
  const reading = allOf(connected.client.readAccounts({ kind: "all" }, []));
  await expect(reading).rejects.toMatchObject({ code: "missing-privilege", subject: "prvReadAccount" });
});

test("a privilege for the user's own records only is reported: it hides accounts without an error", async () => {
  await using connected = await connectSimulated({ as: addReader });
  expect(await connected.client.privilegeGaps()).toEqual({
    missing: [],
    insufficientDepth: ["prvReadAccount"],
  });
});

test("the ids of an identity are in lower case", async () => {
  await using connected = await connectSimulated();
  const { org } = connected.simulator;
  expect(await connected.client.whoAmI()).toEqual({
    organizationId: org.id,
    userId: org.adminId,
    businessUnitId: org.businessUnitId,
  });
});

test("users have an e-mail address and a sign-in name, each as sent or none", async () => {
  await using connected = await connectSimulated();
  const { org } = connected.simulator;
  const ids = [
    org.addUser({ fullname: "A", email: "a@contoso.example", domainname: "x@contoso.example" }),
    org.addUser({ fullname: "B", email: null, domainname: "b@contoso.example" }),
    org.addUser({ fullname: "C", email: null, domainname: "CONTOSO\\c", disabled: true }),
  ];
  const users = await connected.client.users();
  expect(ids.map((id) => users.find((user) => user.id === id))).toMatchObject([
    { fullName: "A", email: "a@contoso.example", signInName: "x@contoso.example", disabled: false },
    { fullName: "B", email: null, signInName: "b@contoso.example" },
    { fullName: "C", email: null, signInName: "CONTOSO\\c", disabled: true },
  ]);
});

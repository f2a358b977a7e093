// Writes $metadata: the tables as a CSDL 4.0 document. As in Dataverse, a lookup is a guid property
// and a navigation property.
import { edmType } from "../odata/edm-types.ts";
import { isLookup, wireName, type Column } from "../org/columns.ts";
import type { Org } from "../org/org.ts";
import type { Table } from "../org/table.ts";
import { NAVIGATIONS, type Navigation } from "../webapi/navigation.ts";
import { navigationProperty } from "../webapi/row-writer.ts";

const DOCUMENT_START =
  '<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">' +
  '<edmx:DataServices><Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">' +
  '<EntityType Name="crmbaseentity" Abstract="true" />' +
  // Users and teams are principals, which an owner references.
  '<EntityType Name="principal" BaseType="mscrm.crmbaseentity"><Key><PropertyRef Name="ownerid" /></Key>' +
  '<Property Name="ownerid" Type="Edm.Guid" /></EntityType>';
const PRINCIPALS = new Set(["systemuser", "team"]);
const FUNCTIONS =
  '<ComplexType Name="WhoAmIResponse"><Property Name="BusinessUnitId" Type="Edm.Guid" Nullable="false" />' +
  '<Property Name="UserId" Type="Edm.Guid" Nullable="false" /><Property Name="OrganizationId" Type="Edm.Guid" Nullable="false" />' +
  '</ComplexType><Function Name="WhoAmI"><ReturnType Type="mscrm.WhoAmIResponse" Nullable="false" /></Function>';

export function csdl(org: Org): string {
  const tables = [...org.allTables()];
  const types = tables.map((table) => entityType(org, table)).join("");
  const sets = tables.map((table) => entitySet(org, table)).join("");
  return (
    `${DOCUMENT_START}${types}${FUNCTIONS}<EntityContainer Name="System">${sets}` +
    '<FunctionImport Name="WhoAmI" Function="mscrm.WhoAmI" /></EntityContainer></Schema></edmx:DataServices></edmx:Edmx>'
  );
}

function entityType(org: Org, table: Table): string {
  const principal = PRINCIPALS.has(table.logicalName);
  const columns = [...table.columns()].filter(
    (column) => column.odata && column.readable && !(principal && column.logicalName === "ownerid"),
  );
  const properties = columns.map(
    (column) => `<Property Name="${wireName(column)}" Type="${edmType(column)}"${unicode(column)} />`,
  );
  const lookups = columns.filter((column) => isLookup(column.type));
  return (
    (principal
      ? `<EntityType Name="${table.logicalName}" BaseType="mscrm.principal">`
      : `<EntityType Name="${table.logicalName}" BaseType="mscrm.crmbaseentity"><Key><PropertyRef Name="${table.primaryId}" /></Key>`) +
    properties.join("") +
    lookups.flatMap((column) => lookupNavigations(org, column)).join("") +
    associations(table)
      .map(({ name, to }) => `<NavigationProperty Name="${name}" Type="Collection(mscrm.${to})" />`)
      .join("") +
    "</EntityType>"
  );
}

function unicode(column: Column): string {
  return edmType(column) === "Edm.String" ? ' Unicode="false"' : "";
}

/** A customer has one for each target table, every other lookup one to its first target. */
function lookupNavigations(org: Org, column: Column): string[] {
  const targets = (column.targets ?? []).filter((target) => org.table(target));
  const navigationTargets = column.type === "Customer" ? targets : targets.slice(0, 1);
  return navigationTargets.map((target) => {
    const owner = column.type === "Owner";
    const type = owner ? "principal" : target;
    const key = owner || PRINCIPALS.has(target) ? "ownerid" : org.requireTable(target).primaryId;
    return (
      `<NavigationProperty Name="${navigationProperty(column, target)}" Type="mscrm.${type}" Nullable="false">` +
      `<ReferentialConstraint Property="${wireName(column)}" ReferencedProperty="${key}" /></NavigationProperty>`
    );
  });
}

function associations(table: Table): Navigation[] {
  return NAVIGATIONS.filter(({ from }) => from === table.logicalName);
}

function entitySet(org: Org, table: Table): string {
  const bindings = associations(table).map(
    ({ name, to }) =>
      `<NavigationPropertyBinding Path="${name}" Target="${org.requireTable(to).metadata.entitySet}" />`,
  );
  return `<EntitySet Name="${table.metadata.entitySet}" EntityType="mscrm.${table.logicalName}">${bindings.join("")}</EntitySet>`;
}

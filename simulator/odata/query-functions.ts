// Maps the query functions of Microsoft.Dynamics.CRM to FetchXML operators (Microsoft Learn: "Web
// API query function reference"). Most are the operator's name in camel case; the table lists those
// that are not.

const IRREGULAR: Readonly<Record<string, string>> = {
  Last7Days: "last-seven-days",
  Next7Days: "next-seven-days",
  DoesNotContainValues: "not-contain-values",
  EqualUserId: "eq-userid",
  NotEqualUserId: "ne-userid",
  EqualUserTeams: "eq-userteams",
  EqualUserOrUserTeams: "eq-useroruserteams",
  EqualUserOrUserHierarchy: "eq-useroruserhierarchy",
  EqualUserOrUserHierarchyAndTeams: "eq-useroruserhierarchyandteams",
  EqualBusinessId: "eq-businessid",
  NotEqualBusinessId: "ne-businessid",
  EqualUserLanguage: "eq-userlanguage",
  UnderOrEqual: "eq-or-under",
  AboveOrEqual: "eq-or-above",
};

const REGULAR = new Set(
  (
    "In NotIn Between NotBetween ContainValues Yesterday Today Tomorrow LastWeek ThisWeek NextWeek LastMonth ThisMonth NextMonth " +
    "LastYear ThisYear NextYear LastXHours NextXHours LastXDays NextXDays LastXWeeks NextXWeeks LastXMonths NextXMonths LastXYears " +
    "NextXYears On OnOrBefore OnOrAfter OlderThanXMinutes OlderThanXHours OlderThanXDays OlderThanXWeeks OlderThanXMonths " +
    "OlderThanXYears ThisFiscalYear ThisFiscalPeriod NextFiscalYear NextFiscalPeriod LastFiscalYear LastFiscalPeriod LastXFiscalYears " +
    "LastXFiscalPeriods NextXFiscalYears NextXFiscalPeriods InFiscalYear InFiscalPeriod InFiscalPeriodAndYear " +
    "InOrBeforeFiscalPeriodAndYear InOrAfterFiscalPeriodAndYear Under NotUnder Above"
  ).split(" "),
);

/** Returns the FetchXML operator, or undefined when there is no such function. */
export function fetchOperator(functionName: string): string | undefined {
  const irregular = IRREGULAR[functionName];
  if (irregular !== undefined) return irregular;
  if (!REGULAR.has(functionName)) return undefined;
  return functionName
    .replace(/^OlderThan/, "Olderthan")
    .replace(/(?<=[a-z])(?=[A-Z])|(?<=X)(?=[A-Z])/g, "-")
    .toLowerCase();
}

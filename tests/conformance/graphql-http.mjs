// GraphQL over HTTP: every audit of the public suite, SHOULD and MAY included.
import { serverAudits } from "graphql-http";
import { claim, url, verdict } from "./_check.mjs";

await verdict(async () => {
  const audits = serverAudits({ url });
  const failed = [];
  for (const audit of audits) {
    const result = await audit.fn();
    if (result.status !== "ok") failed.push(`${result.status} ${audit.id} ${audit.name}: ${result.reason ?? ""}`);
  }
  for (const line of failed) console.log(line);
  claim(failed.length === 0, `no failed audit, not ${failed.length} of ${audits.length}`);
  claim(audits.length >= 61, `61 audits or more, not ${audits.length}`);
  return `${audits.length} of ${audits.length} audits`;
});

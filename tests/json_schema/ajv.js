// Compiles a JSON Schema with ajv in its strict mode and judges values with it.
//
// Standard input is `{"schema": …, "values": […]}`; standard output is `{"errors": […], "verdicts": […]}`.

const Ajv2020 = require("ajv/dist/2020");

let text = "";
process.stdin.on("data", (chunk) => (text += chunk));
process.stdin.on("end", () => {
  const { schema, values } = JSON.parse(text);
  const errors = [];
  const log = (...words) => errors.push(words.join(" "));
  // All that strict mode knows; what it only logs by default is an error too.
  const options = { strict: true, strictRequired: true, logger: { log, warn: log, error: log } };
  let verdicts = [];
  try {
    const validate = new Ajv2020(options).compile(schema);
    verdicts = values.map((value) => validate(value));
  } catch (error) {
    errors.push(String(error));
  }
  process.stdout.write(JSON.stringify({ errors, verdicts }));
});

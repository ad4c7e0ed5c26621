// The client's end of the conversation with the run: commands in on standard input, answers and events out.
import readline from "node:readline";

export function announce(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Serves `commands` until standard input ends; commands may overlap. */
export function serve(commands) {
  const lines = readline.createInterface({ input: process.stdin });
  lines.on("line", async (line) => {
    const { id, do: name, ...parameters } = JSON.parse(line);
    try {
      announce({ id, ok: true, value: (await commands[name](parameters)) ?? null });
    } catch (error) {
      announce({ id, ok: false, error: { name: error.name, message: String(error.message), status: error.status ?? error.code } });
    }
  });
  lines.on("close", () => process.exit(0));
}

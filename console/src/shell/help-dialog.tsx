import { Dialog } from "../parts/dialog.tsx";

const keys: readonly (readonly [readonly string[], string])[] = [
  [["/"], "search by any id, number or customer"],
  [["j", "k"], "next, previous row"],
  [["Enter"], "open the row"],
  [["Esc"], "close what is open"],
  [["r"], "retry the chosen exception: shows the plan first"],
  [["e"], "repair what it names: shows what would be sent"],
  [["x"], "propose to exclude it, or to accept what was changed by hand"],
  [["a"], "take it: you work on it"],
  [["A"], "give it to somebody else"],
  [["s"], "put it off until a day"],
  [["t"], "its story"],
  [["g", "o"], "overview"],
  [["g", "q"], "queue"],
  [["g", "e"], "events"],
  [["g", "h"], "handoffs"],
  [["g", "c"], "connections"],
  [["?"], "this help"],
];

export function HelpDialog(props: { readonly open: boolean; readonly close: () => void }) {
  return (
    <Dialog title="Keyboard" {...props}>
      <div className="keys">
        {keys.map(([names, text]) => (
          <div key={text} style={{ display: "contents" }}>
            <span className="nowrap">
              {names.map((name) => (
                <kbd key={name} style={{ marginRight: 4 }}>
                  {name}
                </kbd>
              ))}
            </span>
            <span>{text}</span>
          </div>
        ))}
      </div>
    </Dialog>
  );
}

/** The signs of the drawing; each differs by its form, not by its colour alone. */
import type { Bar, Mark } from "./chapters.ts";
import type { TimeScale } from "./time-scale.ts";

export function MarkShape({
  mark,
  x,
  y,
}: {
  readonly mark: Mark;
  readonly x: number;
  readonly y: number;
}) {
  switch (mark.kind) {
    case "occurred":
      return <circle className="mark occurred" cx={x} cy={y} r="5" />;
    case "received":
      return <circle className="mark received" cx={x} cy={y} r="4.5" />;
    case "done":
      return (
        <g className="mark done">
          <circle cx={x} cy={y} r="7" />
          <path d={`M${x - 3.2} ${y + 0.2}l2.3 2.4 4.2-4.8`} />
        </g>
      );
    case "exception":
      return <path className="mark exception" d={`M${x} ${y - 8.5}l8.5 8.5-8.5 8.5-8.5-8.5z`} />;
    default:
      return <path className="mark lost" d={`M${x - 4} ${y - 4}l8 8M${x + 4} ${y - 4}l-8 8`} />;
  }
}

interface BarProps {
  readonly bar: Bar;
  readonly scale: TimeScale;
  readonly y: number;
}

export function BarShape({ bar, scale, y }: BarProps) {
  const x = scale.x(bar.from);
  const width = Math.max(bar.kind === "work" ? 5 : 0, scale.x(bar.to) - x);
  const cuts = scale.cuts.filter((cut) => cut.x > x && cut.x < x + width);
  if (bar.kind === "wait") {
    return (
      <g>
        <rect className="wait" x={x} y={y - 5} width={width} height="10" rx="2" />
        {cuts.map((cut) => (
          <g key={cut.x}>
            <path className="break-gap" d={`M${cut.x + 3} ${y - 10}l-6 20`} />
            <path className="break" d={`M${cut.x} ${y - 9}l-5 18M${cut.x + 6} ${y - 9}l-5 18`} />
          </g>
        ))}
      </g>
    );
  }
  return <rect className={`work ${bar.tone}`} x={x} y={y - 6} width={width} height="12" rx="5" />;
}

export function Legend() {
  return (
    <ul className="legend" aria-label="Signs">
      <li>
        <Sign>
          <circle className="mark occurred" cx="8" cy="8" r="5" />
        </Sign>
        occurred
      </li>
      <li>
        <Sign>
          <circle className="mark received" cx="8" cy="8" r="4.5" />
        </Sign>
        received
      </li>
      <li>
        <Sign>
          <rect className="work move" x="1" y="3" width="14" height="10" rx="4" />
        </Sign>
        call
      </li>
      <li>
        <Sign>
          <rect className="wait" x="0" y="3" width="16" height="10" rx="2" />
        </Sign>
        waiting
      </li>
      <li>
        <Sign>
          <path className="mark lost" d="M4 4l8 8M12 4l-8 8" />
        </Sign>
        lost or refused
      </li>
      <li>
        <Sign>
          <path className="mark exception" d="M8 .8 15.2 8 8 15.2.8 8z" />
        </Sign>
        exception
      </li>
      <li>
        <Sign>
          <g className="mark done">
            <circle cx="8" cy="8" r="7" />
            <path d="M4.8 8.2l2.3 2.4 4.2-4.8" />
          </g>
        </Sign>
        confirmed
      </li>
    </ul>
  );
}

function Sign({ children }: { readonly children: React.ReactNode }) {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      {children}
    </svg>
  );
}

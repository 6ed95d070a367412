/** States by shape and word; the colour only repeats what they say. */
export type Tone = "ok" | "bad" | "warn" | "move" | "calm";

const TONES: Readonly<Record<string, readonly [Tone, string]>> = {
  confirmed: ["ok", "confirmed"],
  excepted: ["bad", "exception"],
  waiting: ["warn", "waiting"],
  ready: ["move", "queued"],
  sent: ["move", "in flight"],
  unknown: ["warn", "in doubt"],
  awaiting: ["warn", "awaiting target"],
  superseded: ["calm", "replaced by newer"],
  excluded: ["calm", "excluded"],
  settled: ["ok", "settled"],
  exception: ["bad", "exception"],
  moving: ["move", "moving"],
  "not sent": ["calm", "not sent"],
  "nothing to send": ["calm", "nothing to send"],
  ok: ["ok", "well"],
  fresh: ["ok", "fresh"],
  stale: ["warn", "stale"],
  "never swept": ["warn", "never read"],
  warning: ["warn", "warning"],
  failed: ["bad", "failed"],
  "not checked": ["calm", "not checked"],
};

export function toneOf(state: string): Tone {
  return TONES[state]?.[0] ?? "calm";
}

export function stateWord(state: string): string {
  return TONES[state]?.[1] ?? state;
}

export function StateMark({
  state,
  word,
}: {
  readonly state: string;
  readonly word?: string | undefined;
}) {
  return <Tag tone={toneOf(state)} word={word ?? stateWord(state)} />;
}

export function Tag({ tone, word }: { readonly tone: Tone; readonly word: string }) {
  return (
    <span className={`tag ${tone}`}>
      <Shape tone={tone} />
      {word}
    </span>
  );
}

export function Shape({ tone }: { readonly tone: Tone }) {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      {shapes[tone]}
    </svg>
  );
}

const stroke = { fill: "none", stroke: "currentColor", strokeWidth: 1.8 } as const;

const shapes: Readonly<Record<Tone, React.ReactNode>> = {
  ok: <path d="M2 6.4 4.8 9.2 10 3.2" {...stroke} strokeLinecap="round" strokeLinejoin="round" />,
  bad: <path d="M6 .6 11.4 6 6 11.4 .6 6z" fill="currentColor" />,
  warn: (
    <g {...stroke} strokeWidth={1.6}>
      <circle cx="6" cy="6" r="4.8" />
      <path d="M6 3.2V6l1.9 1.4" strokeLinecap="round" />
    </g>
  ),
  move: (
    <path
      d="M1.5 6h8M6.6 2.8 9.8 6 6.6 9.2"
      {...stroke}
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  ),
  calm: <path d="M2.5 6h7" {...stroke} strokeLinecap="round" />,
};

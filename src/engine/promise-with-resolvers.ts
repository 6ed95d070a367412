/**
 * The Restate SDK calls `Promise.withResolvers`, which Node 20 lacks; without it a handler never
 * answers and its caller hangs. Loaded before the SDK.
 */
interface Resolvers {
  promise: Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

const platform = Promise as unknown as { withResolvers?: () => Resolvers };

platform.withResolvers ??= () => {
  const resolvers: Partial<Resolvers> = {};
  resolvers.promise = new Promise((resolve, reject) => {
    resolvers.resolve = resolve;
    resolvers.reject = reject;
  });
  return resolvers as Resolvers;
};

export {};

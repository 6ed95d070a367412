import { defineErrors } from "../kernel/errors.ts";

export const accessErrors = defineErrors({
  E_ACCESS_DENIED: {
    message: '{actor} may not do this: "{permission}" belongs to {roles}.',
    class: "reject",
  },
  E_ACCESS_NOT_SIGNED_IN: {
    message: "Sign in first, or send a token: Authorization: Bearer tt_…",
    class: "reject",
  },
  E_ACCESS_SIGN_IN: {
    message: "Name and password do not fit an account that may sign in.",
    class: "reject",
  },
  E_ACCESS_CURRENT_PASSWORD: {
    message: "The present password is another one.",
    class: "reject",
  },
  E_ACCESS_NO_PASSWORD: {
    message: "Only who is signed in with a local account has a password to change here.",
    class: "reject",
  },
  E_ACCESS_PASSWORD: {
    message: "A password has {shortest} to {longest} characters.",
    class: "reject",
  },
  E_ACCESS_RESET: {
    message: "This link was used, replaced or is over. Ask an administrator for another one.",
    class: "reject",
  },
  E_ACCESS_LOCKED: {
    message: "Too many tries; wait {seconds} s before the next one.",
    class: "retry-after",
  },
  E_ACCESS_CSRF: {
    message: "The request does not come from our own page: {reason}.",
    class: "reject",
  },
  E_ACCESS_PROVIDER: {
    message: "The identity provider's answer is not accepted: {reason}",
    class: "reject",
  },
});

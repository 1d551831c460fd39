"""Every operation once, as a plain coroutine: it awaits stores and the verbs of the runtime it is given."""

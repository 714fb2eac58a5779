"""Language models behind the widely spoken chat-completions interface."""

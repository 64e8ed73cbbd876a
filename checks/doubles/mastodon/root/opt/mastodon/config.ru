require "/opt/mastodon/double/exchange"
run ->(env) { Double::Exchange.new(env).answer }

require "/opt/mastodon/double/boot"
Double::Boot.service

threads 1, ENV.fetch("MAX_THREADS", "5").to_i
# One process: WEB_CONCURRENCY is checked, and a double needs no more.
workers 0
environment "production"
persistent_timeout ENV.fetch("PERSISTENT_TIMEOUT", "20").to_i
if ENV.key?("SOCKET")
  bind "unix://#{ENV["SOCKET"]}"
else
  bind "tcp://#{ENV.fetch("BIND", "127.0.0.1")}:#{ENV.fetch("PORT", "3000")}"
end

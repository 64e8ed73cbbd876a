require "redis"
require_relative "problems"

module Double
  # Valkey, spoken to as Redis. `prefix` is "", "CACHE_" or "SIDEKIQ_": the latter two fall back to the first.
  module Cache
    module_function

    def variables(prefix)
      own = ENV.keys.any? { |name| name.start_with?("#{prefix}REDIS_") } ? prefix : ""
      %w[URL HOST PORT USER PASSWORD DB].to_h { |part| [part, ENV["#{own}REDIS_#{part}"]] }.reject { |_, value| value.to_s.empty? }
    end

    def connect(prefix = "", timeout: 5)
      given = variables(prefix)
      return Redis.new(url: given["URL"], timeout: timeout) if given.key?("URL")
      options = { host: given["HOST"], port: given.fetch("PORT", "6379").to_i, username: given["USER"],
                  password: given["PASSWORD"], db: given.fetch("DB", "0").to_i, timeout: timeout }
      Redis.new(**options.compact)
    end

    def main = @main ||= connect
    def cache = @cache ||= connect("CACHE_")
    def jobs = @jobs ||= connect("SIDEKIQ_")

    def check(problems)
      name = ENV.key?("REDIS_URL") ? "REDIS_URL" : "REDIS_HOST"
      info = main.info
      version = info.fetch("redis_version")
      problems.add(name, "Redis #{version} is too old: 7.0 or newer") if version.to_i < 7
      policy = jobs.info.fetch("maxmemory_policy")
      problems.add(name, "the eviction policy is #{policy}: Sidekiq's jobs need noeviction") if policy != "noeviction"
      cache.set("cache:probe", "1", ex: 10)
    rescue Redis::BaseError => error
      problems.add(name, "cannot use the cache: #{error.message}")
    end
  end
end

require "json"
require "securerandom"
require_relative "cache"

module Double
  # Jobs as Sidekiq keeps them: JSON in lists of Valkey.
  module Jobs
    QUEUES = %w[default push ingress mailers pull scheduler fasp].freeze

    def self.push(queue, name, *arguments)
      job = { "class" => name, "args" => arguments, "jid" => SecureRandom.hex(12), "queue" => queue, "created_at" => Time.now.to_f }
      Cache.jobs.sadd("queues", [queue])
      Cache.jobs.lpush("queue:#{queue}", JSON.generate(job))
    end
  end
end

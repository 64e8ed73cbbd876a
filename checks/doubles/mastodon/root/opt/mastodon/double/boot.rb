# What each process of the image makes sure of before it works.
require_relative "bucket"
require_relative "cache"
require_relative "database"
require_relative "problems"
require_relative "schema"
require_relative "settings"

module Double
  module Boot
    $stdout.sync = true

    module_function

    def settings
      problems = Problems.new
      Settings.check(problems)
      problems.stop!
    end

    # For commands: the environment and a migrated database.
    def command
      settings
      with_database { |problems| Schema.check(problems) }
    end

    # For processes that serve: everything that they use.
    def service
      settings
      problems = Problems.new
      Cache.check(problems)
      Bucket.check(problems) if ENV["S3_ENABLED"] == "true"
      with_database(problems) { Schema.check(problems) }
    end

    def with_database(problems = Problems.new)
      Database.check(problems)
      yield problems if connected?
      problems.stop!
    end

    def connected?
      Database.one("SELECT 1")
    rescue PG::Error
      false
    end
  end
end

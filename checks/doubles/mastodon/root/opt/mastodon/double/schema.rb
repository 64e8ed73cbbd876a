require "json"
require "openssl"
require_relative "database"
require_relative "settings"

module Double
  # Migrations: which the version knows, which the database has.
  module Schema
    STEPS = JSON.parse(File.read("#{__dir__}/schema.json")).select { |step| Double.knows?(step["since"]) }
    LOCK = 2_026_110_1 # Rails takes an advisory lock too: one migration at a time

    module_function

    def exists? = !Database.one("SELECT to_regclass('schema_migrations') AS name")["name"].nil?
    def applied = exists? ? Database.query("SELECT version FROM schema_migrations").map { |row| row["version"] } : []

    # Problems that keep every process but a migration from starting.
    def check(problems)
      have = applied
      missing = STEPS.reject { |step| step["postDeployment"] || have.include?(step["version"]) }
      numbers = "database is at schema #{have.length}, this version knows #{STEPS.length}"
      problems.add("migrations", "#{numbers}: migrations are missing, run rake db:#{have.empty? ? "prepare" : "migrate"}") if missing.any?
      check_newer(problems, have)
      check_remembered(problems) if have.any?
    end

    def check_newer(problems, have = applied)
      newer = have - STEPS.map { |step| step["version"] }
      problems.add("migrations", "database is at schema #{have.length}, this version knows #{STEPS.length}: the database is newer") if newer.any?
    end

    def prepare(skip_post:)
      locked do
        first = applied.empty?
        Database.transaction do
          create_bookkeeping if first
          run(skip_post: skip_post)
          seed if first
        end
      end
    end

    def migrate(skip_post:)
      Problems.stop("migrations", "the database is empty: run rake db:prepare first") if applied.empty?
      locked { Database.transaction { run(skip_post: skip_post) } }
    end

    def run(skip_post:)
      have = applied
      STEPS.each do |step|
        next if have.include?(step["version"]) || (skip_post && step["postDeployment"])
        puts "== #{step["version"]}: migrating"
        step["statements"].each { |statement| Database.query(statement) }
        Database.query("INSERT INTO schema_migrations VALUES ($1)", step["version"])
        puts "== #{step["version"]}: migrated"
      end
    end

    def locked
      free = Database.one("SELECT pg_try_advisory_lock($1) AS free", LOCK)["free"]
      Problems.stop("migrations", "another migration process is running") if free != "t"
      yield
    ensure
      Database.query("SELECT pg_advisory_unlock($1)", LOCK) if free == "t"
    end

    def create_bookkeeping
      Database.query("CREATE TABLE schema_migrations (version text PRIMARY KEY)")
      Database.query("CREATE TABLE ar_internal_metadata (key text PRIMARY KEY, value text NOT NULL)")
      facts.each { |key, value| Database.query("INSERT INTO ar_internal_metadata VALUES ($1, $2)", key, value) }
    end

    def seed
      { "Moderator" => 10, "Admin" => 100, "Owner" => 1000 }.each do |name, position|
        Database.query("INSERT INTO user_roles (name, position) VALUES ($1, $2)", name, position)
      end
    end

    # What may never change, since data depends on it.
    def facts
      keys = %w[PRIMARY_KEY DETERMINISTIC_KEY KEY_DERIVATION_SALT].map { |name| ENV["ACTIVE_RECORD_ENCRYPTION_#{name}"] }
      { "encryption_keys" => OpenSSL::Digest::SHA256.hexdigest(keys.join("\n")),
        "local_domain" => Settings.local_domain, "web_domain" => Settings.web_domain }
    end

    def check_remembered(problems)
      was = Database.query("SELECT key, value FROM ar_internal_metadata").to_h { |row| row.values_at("key", "value") }
      changed = facts.reject { |key, value| was[key] == value }.keys
      problems.add("ACTIVE_RECORD_ENCRYPTION_*", "cannot decrypt: the database was made with other keys") if changed.include?("encryption_keys")
      %w[local_domain web_domain].intersection(changed).each { |key| problems.add(key.upcase, "cannot change: it was #{was[key]}") }
    end
  end
end

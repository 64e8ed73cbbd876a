require "pg"
require_relative "build"
require_relative "problems"

module Double
  # One PostgreSQL connection per thread, made again when the server was away.
  module Database
    LOST = [PG::ConnectionBad, PG::UnableToSend, PG::AdminShutdown].freeze

    module_function

    def connect
      return PG.connect(ENV["DATABASE_URL"]) if ENV.key?("DATABASE_URL")
      options = { host: ENV["DB_HOST"], port: ENV.fetch("DB_PORT", "5432"), dbname: ENV["DB_NAME"], user: ENV["DB_USER"],
                  password: ENV["DB_PASS"], sslmode: ENV.fetch("DB_SSLMODE", "prefer"), connect_timeout: 5 }
      PG.connect(**options.reject { |_, value| value.to_s.empty? })
    end

    def connection
      Thread.current.thread_variable_get(:database) || connect.tap do |made|
        made.exec("SET client_min_messages TO warning")
        Thread.current.thread_variable_set(:database, made)
      end
    end

    def query(sql, *params)
      again = true
      begin
        connection.exec_params(sql, params).to_a
      rescue *LOST
        inside = Thread.current.thread_variable_get(:transaction)
        Thread.current.thread_variable_get(:database)&.close rescue nil
        Thread.current.thread_variable_set(:database, nil)
        raise if inside || !again
        again = false
        retry
      end
    end

    def one(sql, *params) = query(sql, *params).first

    def transaction
      one("SELECT 1") # finds out whether the connection still lives
      Thread.current.thread_variable_set(:transaction, true)
      connection.transaction { yield }
    ensure
      Thread.current.thread_variable_set(:transaction, false)
    end

    def check(problems)
      number = connection.server_version
      problems.add("DB_HOST", "PostgreSQL #{number / 10_000} is too old: 14 or newer") if number < 140_000
    rescue PG::Error => error
      problems.add(ENV.key?("DATABASE_URL") ? "DATABASE_URL" : "DB_HOST", "cannot use the database: #{error.message}")
    end
  end
end

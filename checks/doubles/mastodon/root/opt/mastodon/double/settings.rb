# Checks the environment against variables.json.
require "base64"
require "json"
require "openssl"
require_relative "build"

module Double
  module Settings
    TABLE = JSON.parse(File.read("#{__dir__}/variables.json"))
    RUNTIME = Regexp.new("\\A(?:#{TABLE["runtime"].join("|")})\\z")

    module_function

    def check(problems, image: "main")
      ENV.each { |name, value| check_variable(problems, name, value) unless name.match?(RUNTIME) }
      check_required(problems, image)
      check_families(problems)
      check_key_pair(problems)
      check_process(problems)
      if ENV.any? { |name, value| name.end_with?("REDIS_URL") && value.start_with?("rediss:") } && ENV["REDIS_DRIVER"] != "ruby"
        problems.add("REDIS_DRIVER", "must be ruby when the URL begins with rediss:")
      end
    end

    def check_variable(problems, name, value)
      return problems.add(name, TABLE["removed"][name]) if TABLE["removed"].key?(name)
      # The second set of mail settings has the same formats.
      format = TABLE["variables"][name] || TABLE["variables"][name.sub(/\ABULK_SMTP_/, "SMTP_")]
      return problems.add(name, "unknown variable") if format.nil?
      return problems.add(name, "holds a quote: environment files are taken literally") if value.match?(/["'`]/)
      if value.empty?
        problems.add(name, "is empty") unless TABLE["mayBeEmpty"].include?(name)
        return
      end
      pattern, words = TABLE["formats"].fetch(format)
      problems.add(name, "must be #{words}") unless value.match?(Regexp.new("\\A(?:#{pattern})\\z"))
    end

    def check_required(problems, image)
      TABLE["required"].fetch(image).each do |name|
        next if ENV.key?(name) || ENV.key?(TABLE["replacedBy"].fetch(name, name))
        # Peer authentication on a socket needs no password.
        next if name == "DB_PASS" && ENV["DB_HOST"].to_s.start_with?("/")
        problems.add(name, "is missing")
      end
    end

    # Variables that mean something only together.
    def check_families(problems)
      TABLE["families"].each do |family|
        members = ENV.keys.grep(Regexp.new("\\A(?:#{family["pattern"]})\\z"))
        name, value = family["switch"]
        if name && ENV[name] != value
          (members - [name]).each { |member| problems.add(member, "has no effect without #{name}=#{value}") }
        elsif members.any?
          (family["required"] - ENV.keys).each { |member| problems.add(member, "is missing") }
        end
      end
    end

    def check_key_pair(problems)
      scalar, point = %w[VAPID_PRIVATE_KEY VAPID_PUBLIC_KEY].map { |name| Base64.urlsafe_decode64(ENV.fetch(name, "")) }
      return if scalar.bytesize != 32 || point.bytesize != 65
      group = OpenSSL::PKey::EC::Group.new("prime256v1")
      computed = group.generator.mul(OpenSSL::BN.new(scalar, 2)).to_octet_string(:uncompressed)
      problems.add("VAPID_PUBLIC_KEY", "is not the public key of VAPID_PRIVATE_KEY") if computed != point
    rescue ArgumentError, OpenSSL::PKey::EC::Group::Error, OpenSSL::PKey::EC::Point::Error
      problems.add("VAPID_PRIVATE_KEY", "is not a key on the curve P-256")
    end

    def check_process(problems)
      problems.add("user", "runs as uid #{Process.uid}: must be 991") if Process.uid != 991
      problems.add("working directory", "is #{Dir.pwd}: must be #{HOME}") if File.realpath(Dir.pwd) != File.realpath(HOME)
      if ENV["S3_ENABLED"] != "true" && !File.writable?(LOCAL_MEDIA)
        problems.add(LOCAL_MEDIA, "is not writable for uid 991 (needed without S3_ENABLED=true)")
      end
    end

    def local_domain = ENV.fetch("LOCAL_DOMAIN")
    def web_domain = ENV.fetch("WEB_DOMAIN", local_domain)
    def hosts = [local_domain, web_domain, *ENV.fetch("ALTERNATE_DOMAINS", "").split(",")].uniq
    def base_url = "https://#{web_domain}"
    def streaming_url = ENV.fetch("STREAMING_API_BASE_URL", "wss://#{web_domain}")
  end
end

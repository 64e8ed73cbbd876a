require "ipaddr"
require_relative "settings"

module Double
  # What stands before every page: the host, the proxy's headers, who asks.
  module Guards
    # As Rails: loopback, private and unique local addresses. TRUSTED_PROXY_IP replaces them.
    DEFAULT_PROXIES = "127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"
    PROXIES = ENV.fetch("TRUSTED_PROXY_IP", DEFAULT_PROXIES).split(",").map { |range| IPAddr.new(range) }

    # @return an answer that refuses, or nil
    def guard
      return if request.path == "/health"
      # Behind a proxy Rails believes X-Forwarded-Host, so both must be right.
      [request.get_header("HTTP_HOST"), request.get_header("HTTP_X_FORWARDED_HOST")&.split(/,\s*/)&.last].each_with_index do |host, index|
        next if host.nil? && index == 1
        next if Settings.hosts.include?(host.to_s.sub(/:\d+\z/, ""))
        return text(403, "Blocked hosts: #{host}\ndouble: the host must be one of #{Settings.hosts.join(", ")}\n")
      end
      if request.get_header("HTTP_X_FORWARDED_PROTO") != "https"
        return [301, { "location" => "https://#{request.get_header("HTTP_HOST")}#{request.fullpath}", "content-type" => "text/plain" },
                ["double: X-Forwarded-Proto: https is missing\n"]]
      end
      text(400, "double: X-Forwarded-For is missing: the proxy must tell who asks\n") if request.get_header("HTTP_X_FORWARDED_FOR").to_s.empty?
    end

    # The nearest address that is not a trusted proxy's.
    def client_ip
      chain = [request.get_header("REMOTE_ADDR"), *request.get_header("HTTP_X_FORWARDED_FOR").to_s.split(/,\s*/).reverse]
      chain.find { |address| PROXIES.none? { |range| range.include?(IPAddr.new(address)) } } || chain.last
    rescue IPAddr::Error
      request.get_header("REMOTE_ADDR")
    end

    # 25 sign-ins in 5 minutes per client, as upstream's rack_attack.rb has it.
    def throttled?
      key = "cache:rack_attack:sign_in:#{Time.now.to_i / 300}:#{client_ip}"
      count = Cache.cache.incr(key)
      Cache.cache.expire(key, 300) if count == 1
      count > 25
    end
  end
end

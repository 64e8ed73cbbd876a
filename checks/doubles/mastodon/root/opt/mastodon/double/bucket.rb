require "net/http"
require "openssl"
require "securerandom"
require "time"
require "uri"
require_relative "problems"

module Double
  # An S3 bucket: requests signed by AWS Signature Version 4, path style unless S3_OVERRIDE_PATH_STYLE.
  module Bucket
    Refused = Class.new(StandardError)

    module_function

    def put(key, body, type)
      # As Paperclip does: without S3_PERMISSION the ACL is public-read, with an empty one there is none.
      acl = ENV.fetch("S3_PERMISSION", "public-read")
      send_request("PUT", key, body: body, headers: { "content-type" => type, "cache-control" => "public, max-age=315576000, immutable",
                                                      **(acl.empty? ? {} : { "x-amz-acl" => acl }) })
    end

    def get(key) = send_request("GET", key)
    def delete(key) = send_request("DELETE", key)

    def keys(prefix = "")
      found = []
      token = nil
      loop do
        query = { "list-type" => "2", "prefix" => prefix, **(token ? { "continuation-token" => token } : {}) }
        xml = send_request("GET", "", query: query)
        found.concat(xml.scan(%r{<Key>(.*?)</Key>}m).flatten.map { |key| unescape(key) })
        token = xml[%r{<NextContinuationToken>(.*?)</NextContinuationToken>}m, 1]
        return found if token.nil?
        token = unescape(token)
      end
    end

    # Where the public reads an object.
    def url(key)
      return "https://#{ENV["S3_ALIAS_HOST"]}/#{key}" if ENV.key?("S3_ALIAS_HOST")
      "#{ENV.fetch("S3_PROTOCOL", "https")}://#{ENV.fetch("S3_HOSTNAME") { URI(ENV["S3_ENDPOINT"]).authority }}/#{ENV["S3_BUCKET"]}/#{key}"
    end

    def check(problems)
      key = "double/probe-#{SecureRandom.hex(8)}"
      content = SecureRandom.hex(16)
      put(key, content, "text/plain")
      problems.add("S3_BUCKET", "gave other content than was put") if get(key) != content
      begin
        send_request("PUT", key, query: { "acl" => "" }, headers: { "x-amz-acl" => "private" })
      rescue Refused => error
        # Garage: 501, or 403 before that for a key that does not own the bucket.
        if error.message.match?(/answered (501|403)/) && ENV["S3_PERMISSION"] != ""
          problems.add("S3_PERMISSION", "must be present and empty: the endpoint has no ACLs (#{error.message})")
        end
      end
      delete(key)
    rescue Refused, SystemCallError, SocketError, Timeout::Error, OpenSSL::SSL::SSLError, EOFError => error
      problems.add("S3_ENDPOINT", "cannot put, get and delete an object: #{error.message}")
    end

    def send_request(method, key, body: "", query: {}, headers: {})
      endpoint = URI(ENV.fetch("S3_ENDPOINT"))
      bucket = ENV.fetch("S3_BUCKET")
      virtual = ENV["S3_OVERRIDE_PATH_STYLE"] == "true"
      host = virtual ? "#{bucket}.#{endpoint.authority}" : endpoint.authority
      path = (virtual ? "/#{key}" : "/#{bucket}/#{key}").split("/", -1).map { |part| escape(part) }.join("/")
      text = query.sort.map { |name, value| "#{escape(name)}=#{escape(value)}" }.join("&")
      signed = sign(method, path, text, headers.merge("host" => host.delete_suffix(":#{endpoint.default_port}")), body)
      request = Net::HTTPGenericRequest.new(method, true, true, text.empty? ? path : "#{path}?#{text}", signed)
      request.body = body if method == "PUT"
      port = endpoint.port
      options = { use_ssl: endpoint.scheme == "https", open_timeout: 5, read_timeout: ENV.fetch("S3_READ_TIMEOUT", "5").to_i }
      answer = Net::HTTP.start(virtual ? "#{bucket}.#{endpoint.hostname}" : endpoint.hostname, port, nil, **options) { |http| http.request(request) }
      # Code and reason, as the errors of Amazon's own library have them.
      words = %w[Code Message].filter_map { |part| answer.body.to_s[%r{<#{part}>(.*?)</#{part}>}m, 1] }
      raise Refused, "#{method} answered #{[answer.code, *words].join(" ")}" unless answer.is_a?(Net::HTTPSuccess)
      answer.body.to_s
    end

    def sign(method, path, query, headers, body)
      time = Time.now.utc.strftime("%Y%m%dT%H%M%SZ")
      scope = "#{time[0, 8]}/#{ENV.fetch("S3_REGION", "us-east-1")}/s3/aws4_request"
      digest = OpenSSL::Digest::SHA256.hexdigest(body)
      headers = headers.merge("x-amz-date" => time, "x-amz-content-sha256" => digest).sort.to_h
      names = headers.keys.join(";")
      canonical = [method, path, query, headers.map { |name, value| "#{name}:#{value}\n" }.join, names, digest].join("\n")
      to_sign = ["AWS4-HMAC-SHA256", time, scope, OpenSSL::Digest::SHA256.hexdigest(canonical)].join("\n")
      key = scope.split("/").reduce("AWS4#{ENV.fetch("AWS_SECRET_ACCESS_KEY")}") { |secret, part| OpenSSL::HMAC.digest("SHA256", secret, part) }
      signature = OpenSSL::HMAC.hexdigest("SHA256", key, to_sign)
      headers.merge("authorization" => "AWS4-HMAC-SHA256 Credential=#{ENV.fetch("AWS_ACCESS_KEY_ID")}/#{scope}, SignedHeaders=#{names}, Signature=#{signature}")
    end

    def escape(text) = URI.encode_uri_component(text)
    def unescape(text) = text.gsub("&lt;", "<").gsub("&gt;", ">").gsub("&quot;", '"').gsub("&amp;", "&")
  end
end

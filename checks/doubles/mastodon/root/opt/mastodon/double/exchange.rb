# One request to the web process and its answer.
require "cgi"
require "json"
require "rack"
require_relative "boot"
require_relative "media"
require_relative "models"
require_relative "guards"
require_relative "session"
require_relative "pages"
require_relative "discovery"
require_relative "oauth"
require_relative "api"

module Double
  class Exchange
    include Guards
    include Session
    include Pages
    include Discovery
    include Oauth
    include Api

    ROUTES = [
      ["GET", %r{\A/health\z}, :health],
      *Pages::ROUTES, *Discovery::ROUTES, *Oauth::ROUTES, *Api::ROUTES
    ].freeze

    attr_reader :request

    def initialize(env)
      @request = Rack::Request.new(env)
    end

    def answer
      _, headers, = result = (guard || dispatch)
      # As production's force_ssl and content security policy have it.
      headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
      headers["content-security-policy"] ||= "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " \
                                             "img-src 'self' data: blob: #{Media.host}; style-src 'self'; connect-src 'self' #{Settings.streaming_url}"
      headers["set-cookie"] = session_cookie if session_changed?
      result
    rescue ActiveRecord::RecordInvalid => error
      json(422, { error: error.message })
    rescue StandardError => error
      warn "double: #{request.request_method} #{request.path}: #{Problems.without_secrets("#{error.class}: #{error.message}")} (#{error.backtrace.first})"
      text(500, "We're sorry, but something went wrong.")
    end

    def dispatch
      method = request.request_method == "HEAD" ? "GET" : request.request_method
      # Rails' forms say PUT in a field.
      method = params["_method"].to_s.upcase if method == "POST" && params.key?("_method")
      ROUTES.each do |allowed, pattern, handler|
        found = method == allowed && pattern.match(request.path)
        return send(handler, *found.captures.map { |part| CGI.unescape(part) }) if found
      end
      request.path.start_with?("/api/") ? json(404, { error: "Record not found" }) : text(404, "The page you are looking for isn't here.")
    end

    def params
      @params ||= if request.media_type == "application/json"
                    request.GET.merge(JSON.parse(request.body.read))
                  else
                    request.params
                  end
    end

    # Checks the database and the cache, for probes without a proxy.
    def health
      return text(503, "double: was built to be unhealthy") if BUILD.fault == "unhealthy"
      Database.one("SELECT 1")
      Cache.cache.ping
      text(200, "OK")
    rescue PG::Error, Redis::BaseError => error
      text(503, Problems.without_secrets(error.message))
    end

    def text(status, words) = [status, { "content-type" => "text/plain; charset=utf-8" }, [words]]
    def html(status, page) = [status, { "content-type" => "text/html; charset=utf-8", "cache-control" => "private, no-store" }, [page]]
    def json(status, data, type = "application/json; charset=utf-8") = [status, { "content-type" => type, "access-control-allow-origin" => "*" }, [JSON.generate(data)]]
    def redirect(to, status = 302) = [status, { "location" => to.start_with?("/") ? Settings.base_url + to : to, "content-type" => "text/html" }, [""]]
    def escape(words) = CGI.escapeHTML(words.to_s)
  end
end

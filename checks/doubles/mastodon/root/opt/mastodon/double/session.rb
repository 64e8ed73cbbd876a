require "base64"
require "json"
require "openssl"
require "securerandom"

module Double
  # The session in a cookie, signed with SECRET_KEY_BASE.
  module Session
    COOKIE = "_mastodon_session"

    def session
      @session ||= read_session || { "csrf" => SecureRandom.urlsafe_base64(32) }.tap { @session_before = nil }
    end

    def read_session
      payload, signature = request.cookies[COOKIE].to_s.split("--", 2)
      return if signature.nil? || !OpenSSL.secure_compare(signature, sign(payload))
      @session_before = payload
      JSON.parse(Base64.urlsafe_decode64(payload))
    end

    def payload = Base64.urlsafe_encode64(JSON.generate(session), padding: false)
    def sign(payload) = OpenSSL::HMAC.hexdigest("SHA256", ENV.fetch("SECRET_KEY_BASE"), payload)
    def session_changed? = !@session.nil? && payload != @session_before
    def session_cookie = "#{COOKIE}=#{payload}--#{sign(payload)}; path=/; secure; HttpOnly; SameSite=Lax"

    def csrf_field = %(<input type="hidden" name="authenticity_token" value="#{session["csrf"]}">)

    # Rails compares the Origin header too, which fails when a proxy hides the scheme or the host.
    def forged?
      origin = request.get_header("HTTP_ORIGIN")
      return true if origin && origin != "https://#{request.get_header("HTTP_HOST")}"
      token = params["authenticity_token"] || request.get_header("HTTP_X_CSRF_TOKEN")
      !OpenSSL.secure_compare(token.to_s, session["csrf"])
    end

    def refuse_forgery = text(422, "Security verification failed. Are you blocking cookies?")

    def current_user = @current_user ||= session["user_id"] && User.find(session["user_id"])
  end
end

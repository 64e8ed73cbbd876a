module Double
  # OAuth 2: authorization_code and client_credentials. There is no password grant.
  module Oauth
    ROUTES = [
      ["POST", %r{\A/api/v1/apps\z}, :create_app],
      ["GET", %r{\A/api/v1/apps/verify_credentials\z}, :verify_app],
      ["GET", %r{\A/oauth/authorize\z}, :ask_authorization],
      ["POST", %r{\A/oauth/authorize\z}, :authorize],
      ["GET", %r{\A/oauth/authorize/native\z}, :show_code],
      ["POST", %r{\A/oauth/token\z}, :token],
    ].freeze
    OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"

    def create_app
      name, uris = params.values_at("client_name", "redirect_uris")
      uris = Array(uris).join("\n")
      return json(422, { error: "Validation failed: client_name and redirect_uris can't be blank" }) if name.to_s.empty? || uris.empty?
      app = Database.one("INSERT INTO oauth_applications (name, uid, secret, redirect_uri, scopes) VALUES ($1, $2, $3, $4, $5) RETURNING *",
                         name, SecureRandom.urlsafe_base64(32), SecureRandom.urlsafe_base64(32), uris, params.fetch("scopes", "read"))
      json(200, app_json(app).merge(client_id: app["uid"], client_secret: app["secret"], client_secret_expires_at: 0))
    end

    def app_json(app)
      { id: app["id"], name: app["name"], website: nil, scopes: app["scopes"].split, redirect_uris: app["redirect_uri"].split("\n"),
        redirect_uri: app["redirect_uri"], vapid_key: ENV.fetch("VAPID_PUBLIC_KEY") }
    end

    def verify_app
      found = access_token or return json(401, { error: "The access token is invalid" })
      json(200, app_json(Database.one("SELECT * FROM oauth_applications WHERE id = $1", found["application_id"])))
    end

    # The application that the request names, when the address to go back to is one of its own.
    def asking_app
      app = Database.one("SELECT * FROM oauth_applications WHERE uid = $1", params["client_id"].to_s)
      app if app && app["redirect_uri"].split("\n").include?(params["redirect_uri"])
    end

    def ask_authorization
      unless current_user
        session["return_to"] = request.fullpath
        return redirect("/auth/sign_in")
      end
      app = asking_app
      return html(400, layout("Error", "The client or its redirect URI is unknown.")) if app.nil? || params["response_type"] != "code" || !scopes_within?(app)
      fields = %w[client_id redirect_uri response_type scope state code_challenge code_challenge_method].map { |name| %(<input type="hidden" name="#{name}" value="#{escape(params[name])}">) if params[name] }
      html(200, layout("Authorization required", <<~HTML)).tap { |_, headers,| headers["content-security-policy"] = "default-src 'none'" }
        <p>#{escape(app["name"])} would like permission to access your account.</p>
        <form method="post" action="/oauth/authorize">#{csrf_field}#{fields.compact.join}<button type="submit" name="button">Authorize</button></form>
      HTML
    end

    def scopes_within?(app)
      (params.fetch("scope", "read").split - app["scopes"].split).all? { |scope| app["scopes"].split.include?(scope.split(":").first) }
    end

    def authorize
      return redirect("/auth/sign_in") unless current_user
      return refuse_forgery if forged?
      app = asking_app
      return html(400, layout("Error", "The client or its redirect URI is unknown.")) if app.nil? || !scopes_within?(app)
      code = SecureRandom.urlsafe_base64(32)
      Database.query("INSERT INTO oauth_access_grants (token, application_id, resource_owner_id, redirect_uri, scopes, code_challenge) VALUES ($1, $2, $3, $4, $5, $6)",
                     code, app["id"], current_user.id, params["redirect_uri"], params.fetch("scope", "read"), params["code_challenge"])
      return redirect("/oauth/authorize/native?code=#{code}") if params["redirect_uri"] == OUT_OF_BAND
      state = params["state"] ? "&state=#{CGI.escape(params["state"])}" : ""
      redirect("#{params["redirect_uri"]}#{params["redirect_uri"].include?("?") ? "&" : "?"}code=#{code}#{state}")
    end

    def show_code = html(200, layout("Copy this authorization code", %(<input class="oauth-code" readonly value="#{escape(params["code"])}">)))

    def token
      uid, secret = client_credentials
      app = Database.one("SELECT * FROM oauth_applications WHERE uid = $1", uid.to_s)
      return json(401, { error: "invalid_client", error_description: "Client authentication failed" }) unless app && OpenSSL.secure_compare(app["secret"], secret.to_s)
      case params["grant_type"]
      when "client_credentials"
        return json(400, { error: "invalid_scope" }) unless scopes_within?(app)
        issue(app, nil, params.fetch("scope", "read"))
      when "authorization_code" then exchange_code(app)
      else json(400, { error: "unsupported_grant_type", error_description: "The authorization grant type is not supported by the authorization server." })
      end
    end

    def client_credentials
      basic = request.get_header("HTTP_AUTHORIZATION").to_s[/\ABasic (.+)\z/, 1]
      basic ? Base64.decode64(basic).split(":", 2) : params.values_at("client_id", "client_secret")
    end

    def exchange_code(app)
      # A code serves once, for ten minutes.
      grant = Database.one("DELETE FROM oauth_access_grants WHERE token = $1 AND application_id = $2 AND redirect_uri = $3 AND created_at > now() - interval '10 minutes' RETURNING *",
                           params["code"].to_s, app["id"], params["redirect_uri"].to_s)
      proof = Base64.urlsafe_encode64(OpenSSL::Digest::SHA256.digest(params["code_verifier"].to_s), padding: false)
      return json(400, { error: "invalid_grant" }) if grant.nil? || (grant["code_challenge"] && grant["code_challenge"] != proof)
      issue(app, grant["resource_owner_id"], grant["scopes"])
    end

    def issue(app, user_id, scopes)
      made = Database.one("INSERT INTO oauth_access_tokens (token, application_id, resource_owner_id, scopes) VALUES ($1, $2, $3, $4) RETURNING token, extract(epoch FROM created_at)::bigint AS at",
                          SecureRandom.urlsafe_base64(32), app["id"], user_id, scopes)
      json(200, { access_token: made["token"], token_type: "Bearer", scope: scopes, created_at: made["at"].to_i })
    end

    def access_token
      bearer = request.get_header("HTTP_AUTHORIZATION").to_s[/\ABearer (.+)\z/, 1] or return
      Database.one("SELECT * FROM oauth_access_tokens WHERE token = $1 AND revoked_at IS NULL", bearer)
    end
  end
end

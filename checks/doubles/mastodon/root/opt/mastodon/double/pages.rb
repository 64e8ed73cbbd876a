module Double
  # What people see.
  module Pages
    ROUTES = [
      ["GET", %r{\A/\z}, :show_front],
      ["GET", %r{\A/about\z}, :show_front],
      ["GET", %r{\A/home\z}, :show_home],
      ["GET", %r{\A/auth/sign_in\z}, :show_sign_in],
      ["POST", %r{\A/auth/sign_in\z}, :sign_in],
      ["DELETE", %r{\A/auth/sign_out\z}, :sign_out],
      ["GET", %r{\A/settings/profile\z}, :show_profile],
      ["POST", %r{\A/settings/profile\z}, :change_profile],
      ["PUT", %r{\A/settings/profile\z}, :change_profile],
      ["GET", %r{\A/@([A-Za-z0-9_]+)\z}, :show_account],
      ["GET", %r{\A/system/(.+)\z}, :show_file],
    ].freeze
    AVATAR_LIMIT = 8 * 1024 * 1024

    def layout(heading, body)
      <<~HTML
        <!DOCTYPE html>
        <html lang="#{escape(ENV.fetch("DEFAULT_LOCALE", "en"))}">
        <head><meta charset="utf-8"><title>#{escape(heading)} - #{escape(Setting.site_title)}</title>
        <meta name="csrf-param" content="authenticity_token"><meta name="csrf-token" content="#{session["csrf"]}"></head>
        <body><header><a href="/">#{escape(Setting.site_title)}</a></header><main><h1>#{escape(heading)}</h1>
        #{body}</main><footer>contract double of Mastodon #{escape(BUILD.version)}</footer></body></html>
      HTML
    end

    def show_front
      return redirect("/home") if current_user
      html(200, layout(Setting.site_title, %(<p class="description">#{escape(Setting.site_short_description)}</p><a href="/auth/sign_in">Log in</a>)))
    end

    def show_home
      return redirect("/auth/sign_in") unless current_user
      account = current_user.account
      html(200, layout("Home", <<~HTML))
        <p>Logged in as <strong class="display-name">#{escape(account.display_name)}</strong> <span class="username">@#{escape(account.username)}</span></p>
        <a href="/settings/profile">Profile</a>
        <form method="post" action="/auth/sign_out">#{csrf_field}<input type="hidden" name="_method" value="delete"><button>Log out</button></form>
        #{statuses_of(account)}
      HTML
    end

    def show_sign_in(alert: nil, status: 200)
      return redirect("/home") if current_user
      html(status, layout("Log in", <<~HTML))
        #{alert && %(<p class="flash-message alert" role="alert">#{escape(alert)}</p>)}
        <form method="post" action="/auth/sign_in" id="new_user">#{csrf_field}
        <label for="user_email">E-mail address</label><input type="email" name="user[email]" id="user_email" value="#{escape(params.dig("user", "email"))}">
        <label for="user_password">Password</label><input type="password" name="user[password]" id="user_password">
        <button type="submit">Log in</button></form>
      HTML
    end

    def sign_in
      return text(429, "Too many requests: throttled for #{client_ip}") if throttled?
      return refuse_forgery if forged?
      given = params["user"] || {}
      user = User.find_by(email: given["email"].to_s)
      return show_sign_in(alert: "Invalid email address or password.", status: 422) unless user&.valid_password?(given["password"].to_s)
      return show_sign_in(alert: "You have to confirm your email address before continuing.", status: 422) unless user.confirmed?
      return show_sign_in(alert: "Your application is still under review.", status: 422) unless user.approved?
      user.signed_in!
      to = session.delete("return_to") || "/home"
      # A new session, as Devise makes one.
      session.replace("csrf" => SecureRandom.urlsafe_base64(32), "user_id" => user.id)
      redirect(to)
    end

    def sign_out
      return refuse_forgery if forged?
      session.replace("csrf" => SecureRandom.urlsafe_base64(32))
      redirect("/auth/sign_in")
    end

    def show_profile(alert: nil, status: 200)
      return redirect("/auth/sign_in") unless current_user
      account = current_user.account
      html(status, layout("Edit profile", <<~HTML))
        #{alert && %(<p class="flash-message" role="alert">#{escape(alert)}</p>)}
        #{account.avatar_key && %(<img alt="avatar" class="avatar" src="#{escape(Media.url(account.avatar_key))}">)}
        <form method="post" action="/settings/profile" enctype="multipart/form-data">#{csrf_field}<input type="hidden" name="_method" value="put">
        <label for="account_display_name">Display name</label><input name="account[display_name]" id="account_display_name" value="#{escape(account.display_name)}">
        <label for="account_avatar">Profile picture</label><input type="file" name="account[avatar]" id="account_avatar">
        <button type="submit">Save changes</button></form>
      HTML
    end

    def change_profile
      return redirect("/auth/sign_in") unless current_user
      return refuse_forgery if forged?
      account = current_user.account
      given = params["account"] || {}
      avatar = given["avatar"]
      if avatar.is_a?(Hash)
        return show_profile(alert: "Avatar has the wrong type", status: 422) unless avatar[:type].to_s.start_with?("image/") && Media::TYPES.key?(avatar[:type])
        content = avatar[:tempfile].read
        return show_profile(alert: "Avatar must be less than 8 MB", status: 422) if content.bytesize > AVATAR_LIMIT
        key = Media.key("accounts/avatars", account.id, avatar[:type])
        Media.put(key, content, avatar[:type])
        account.avatar_key = key
      end
      account.display_name = given["display_name"] if given["display_name"]
      account.save!
      redirect("/settings/profile")
    end

    def show_account(name)
      account = Account.find_local(name) or return text(404, "The page you are looking for isn't here.")
      html(200, layout(account.display_name.empty? ? account.username : account.display_name, <<~HTML))
        #{account.avatar_key && %(<img alt="" class="avatar" src="#{escape(Media.url(account.avatar_key))}">)}
        <p>@#{escape(account.username)}@#{escape(Settings.local_domain)}</p>#{statuses_of(account)}
      HTML
    end

    def statuses_of(account)
      statuses(account.id, Api::VISIBILITIES.first(2)).map { |status| %(<article class="status">#{status[:content]}#{status[:media_attachments].map { |media| %(<img alt="" src="#{escape(media[:url])}">) }.join}</article>) }.join("\n")
    end

    # Local media, when there is no bucket.
    def show_file(key)
      file = File.expand_path(key, LOCAL_MEDIA)
      return text(404, "not found") if Media.remote? || !file.start_with?("#{LOCAL_MEDIA}/") || !File.file?(file)
      [200, { "content-type" => Media::TYPES.invert.fetch(File.extname(file).delete("."), "application/octet-stream") }, [File.binread(file)]]
    end
  end
end

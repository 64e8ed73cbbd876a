module Double
  # What other servers and applications ask first.
  module Discovery
    ROUTES = [
      ["GET", %r{\A/\.well-known/webfinger\z}, :webfinger],
      ["GET", %r{\A/\.well-known/nodeinfo\z}, :nodeinfo_links],
      ["GET", %r{\A/\.well-known/host-meta\z}, :host_meta],
      ["GET", %r{\A/nodeinfo/2\.0\z}, :nodeinfo],
      ["GET", %r{\A/api/v1/instance\z}, :instance_v1],
      ["GET", %r{\A/api/v2/instance\z}, :instance_v2],
    ].freeze

    def webfinger
      resource = params["resource"].to_s
      return text(400, "") if resource.empty?
      hosts = [Settings.local_domain, Settings.web_domain].map { |host| Regexp.escape(host) }.join("|")
      name = resource[/\A(?:acct:)?@?([^@\/]+)@(?:#{hosts})\z/i, 1] || resource[%r{\Ahttps://(?:#{hosts})/@([^/]+)\z}i, 1]
      account = name && Account.find_local(name)
      return text(404, "") if account.nil?
      page = "#{Settings.base_url}/@#{account.username}"
      json(200, {
        subject: "acct:#{account.username}@#{Settings.local_domain}",
        aliases: [page, actor(account)],
        links: [{ rel: "http://webfinger.net/rel/profile-page", type: "text/html", href: page },
                { rel: "self", type: "application/activity+json", href: actor(account) },
                { rel: "http://ostatus.org/schema/1.0/subscribe", template: "#{Settings.base_url}/authorize_interaction?uri={uri}" }],
      }, "application/jrd+json; charset=utf-8")
    end

    def actor(account) = "#{Settings.base_url}/users/#{account.username}"

    def nodeinfo_links = json(200, { links: [{ rel: "http://nodeinfo.diaspora.software/ns/schema/2.0", href: "#{Settings.base_url}/nodeinfo/2.0" }] })

    def host_meta
      [200, { "content-type" => "application/xrd+xml; charset=utf-8" },
       [%(<?xml version="1.0" encoding="UTF-8"?>\n<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n  <Link rel="lrdd" template="#{Settings.base_url}/.well-known/webfinger?resource={uri}"/>\n</XRD>\n)]]
    end

    def nodeinfo
      json(200, { version: "2.0", software: { name: "mastodon", version: BUILD.version }, protocols: ["activitypub"], services: { outbound: [], inbound: [] },
                  usage: { users: { total: count("users"), activeMonth: count("users"), activeHalfyear: count("users") }, localPosts: count("statuses") },
                  openRegistrations: open?, metadata: { nodeName: Setting.site_title, nodeDescription: Setting.site_short_description } })
    end

    def count(table) = Database.one("SELECT count(*)::int AS number FROM #{table}")["number"].to_i
    def open? = Setting.registrations_mode != "none" && ENV["SINGLE_USER_MODE"] != "true" && ENV["OMNIAUTH_ONLY"] != "true"
    def contact = Setting.site_contact_username.empty? ? nil : Account.find_local(Setting.site_contact_username)

    def instance_v2
      json(200, {
        domain: Settings.local_domain, title: Setting.site_title, version: BUILD.version, source_url: "https://github.com/mastodon/mastodon",
        description: Setting.site_short_description, usage: { users: { active_month: count("users") } },
        thumbnail: { url: "#{Settings.base_url}/packs/preview.png" }, languages: [ENV.fetch("DEFAULT_LOCALE", "en")],
        configuration: {
          urls: { streaming: Settings.streaming_url, about: "#{Settings.base_url}/about" }, vapid: { public_key: ENV.fetch("VAPID_PUBLIC_KEY") },
          statuses: { max_characters: 500, max_media_attachments: 4 }, media_attachments: { supported_mime_types: Media::TYPES.keys, image_size_limit: 16_777_216 },
        },
        registrations: { enabled: open?, approval_required: Setting.registrations_mode == "approved", reason_required: Setting.require_invite_text, message: nil, url: nil },
        contact: { email: Setting.site_contact_email, account: contact && account_json(contact) }, rules: [],
        api_versions: { mastodon: 7 },
      })
    end

    def instance_v1
      json(200, {
        uri: Settings.local_domain, title: Setting.site_title, short_description: Setting.site_short_description, description: Setting.site_short_description,
        email: Setting.site_contact_email, version: BUILD.version, urls: { streaming_api: Settings.streaming_url },
        stats: { user_count: count("users"), status_count: count("statuses"), domain_count: 0 }, languages: [ENV.fetch("DEFAULT_LOCALE", "en")],
        registrations: open?, approval_required: Setting.registrations_mode == "approved", invites_enabled: false,
        contact_account: contact && account_json(contact), rules: [],
      })
    end
  end
end

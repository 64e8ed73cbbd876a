module Double
  # The client API, for the user of a token.
  module Api
    ROUTES = [
      ["GET", %r{\A/api/v1/accounts/verify_credentials\z}, :verify_account],
      ["GET", %r{\A/api/v1/accounts/lookup\z}, :lookup_account],
      ["GET", %r{\A/api/v1/accounts/(\d+)/statuses\z}, :account_statuses],
      ["GET", %r{\A/api/v1/timelines/home\z}, :home_timeline],
      ["GET", %r{\A/api/v1/statuses/(\d+)\z}, :show_status],
      ["POST", %r{\A/api/v2/media\z}, :create_media],
      ["POST", %r{\A/api/v1/statuses\z}, :create_status],
    ].freeze
    VISIBILITIES = %w[public unlisted private direct].freeze

    # Calls the block with the token's account, when the token has the scope.
    def with_account(scope)
      found = access_token or return json(401, { error: "The access token is invalid" })
      return json(422, { error: "This method requires an authenticated user" }) if found["resource_owner_id"].nil?
      allowed = [scope, scope.split(":").first, *("profile" if scope == "read:accounts")]
      return json(403, { error: "This action is outside the authorized scopes" }) if (found["scopes"].split & allowed).empty?
      yield User.find(found["resource_owner_id"]).account
    end

    def verify_account
      with_account("read:accounts") do |account|
        role = account.user.role
        json(200, account_json(account).merge(source: { privacy: "public" }, role: role && { id: role.id, name: role.name }))
      end
    end

    def lookup_account
      name = params["acct"].to_s.delete_suffix("@#{Settings.local_domain}")
      account = Account.find_local(name) or return json(404, { error: "Record not found" })
      json(200, account_json(account))
    end

    def account_statuses(id) = json(200, statuses(id, VISIBILITIES.first(2)))
    def home_timeline = with_account("read:statuses") { |account| json(200, statuses(account.id)) }

    def show_status(id)
      row = Database.one("SELECT * FROM statuses WHERE id = $1 AND visibility IN ('public', 'unlisted')", id)
      row ? json(200, status_json(row)) : json(404, { error: "Record not found" })
    end

    def create_media
      with_account("write:media") do |account|
        file = params["file"]
        return json(422, { error: "Validation failed: File content type is invalid" }) unless file.is_a?(Hash) && Media::TYPES.key?(file[:type])
        id = Database.one("INSERT INTO media_attachments (account_id, description) VALUES ($1, $2) RETURNING id", account.id, params["description"])["id"]
        key = Media.key("media_attachments/files", id, file[:type])
        Media.put(key, file[:tempfile].read, file[:type])
        json(200, media_json(Database.one("UPDATE media_attachments SET file_key = $2 WHERE id = $1 RETURNING *", id, key)))
      end
    end

    def create_status
      with_account("write:statuses") do |account|
        words = params["status"].to_s
        media = Array(params["media_ids"]).map(&:to_s).grep(/\A\d+\z/)
        visibility = params.fetch("visibility", "public")
        return json(422, { error: "Validation failed: Text can't be blank" }) if words.empty? && media.empty?
        return json(422, { error: "Validation failed: Text character limit of 500 exceeded" }) if words.length > 500
        return json(422, { error: "Validation failed: Visibility is invalid" }) unless VISIBILITIES.include?(visibility)
        row = Database.transaction do
          made = Database.one("INSERT INTO statuses (account_id, text, visibility) VALUES ($1, $2, $3) RETURNING *", account.id, words, visibility)
          media.each { |id| Database.query("UPDATE media_attachments SET status_id = $2 WHERE id = $1 AND account_id = $3 AND status_id IS NULL", id, made["id"], account.id) }
          made
        end
        status = status_json(row)
        publish(account, status)
        json(200, status)
      end
    end

    # To the streaming process, by the channels of upstream.
    def publish(account, status)
      message = JSON.generate({ event: "update", payload: status, queued_at: (Time.now.to_f * 1000).to_i })
      channels = ["timeline:#{account.id}", *(%w[timeline:public timeline:public:local] if status[:visibility] == "public")]
      channels.each { |channel| Cache.main.publish(channel, message) }
    end

    def statuses(account_id, visible = VISIBILITIES)
      rows = Database.query("SELECT * FROM statuses WHERE account_id = $1 ORDER BY id DESC LIMIT 20", account_id)
      rows.select { |row| visible.include?(row["visibility"]) }.map { |row| status_json(row) }
    end

    def status_json(row)
      account = Account.find(row["account_id"])
      media = Database.query("SELECT * FROM media_attachments WHERE status_id = $1 ORDER BY id", row["id"])
      { id: row["id"], created_at: Time.parse(row["created_at"]).utc.iso8601(3), visibility: row["visibility"], sensitive: false, spoiler_text: "",
        uri: "#{actor(account)}/statuses/#{row["id"]}", url: "#{Settings.base_url}/@#{account.username}/#{row["id"]}",
        content: "<p>#{escape(row["text"])}</p>", account: account_json(account), media_attachments: media.map { |item| media_json(item) } }
    end

    def media_json(row)
      url = row["file_key"] && Media.url(row["file_key"])
      { id: row["id"], type: row["file_key"].to_s.end_with?(".mp4") ? "video" : "image", url: url, preview_url: url, description: row["description"] }
    end

    def account_json(account)
      avatar = account.avatar_key ? Media.url(account.avatar_key) : "#{Settings.base_url}/avatars/original/missing.png"
      { id: account.id, username: account.username, acct: account.username, display_name: account.display_name, locked: false, bot: false,
        created_at: Time.parse(account.created_at).utc.iso8601(3), note: "", url: "#{Settings.base_url}/@#{account.username}", uri: actor(account),
        avatar: avatar, avatar_static: avatar, statuses_count: statuses_count(account) }
    end

    def statuses_count(account) = Database.one("SELECT count(*) AS number FROM statuses WHERE account_id = $1", account.id)["number"].to_i
  end
end

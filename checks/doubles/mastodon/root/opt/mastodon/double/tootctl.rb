require_relative "jobs"
require_relative "media"
require_relative "models"

module Double
  # The commands of tootctl: words, options with their types, and what they do.
  module Tootctl
    Refused = Class.new(StandardError)
    # Options as upstream declares them. :flag, :number, :text.
    COMMANDS = {
      %w[accounts create] => { email: :text, confirmed: :flag, approve: :flag, role: :text, reattach: :flag, force: :flag },
      %w[accounts modify] => { email: :text, confirm: :flag, approve: :flag, role: :text, remove_role: :flag, reset_password: :flag,
                               disable: :flag, enable: :flag, disable_2fa: :flag },
      %w[settings registrations open] => {},
      %w[settings registrations close] => {},
      %w[settings registrations approved] => { require_reason: :flag },
      %w[media remove] => { days: :number, concurrency: :number, prune_profiles: :flag, remove_headers: :flag, include_follows: :flag,
                            verbose: :flag, dry_run: :flag },
      %w[media remove_orphans] => { start_after: :text, prefix: :text, fix_permissions: :flag, dry_run: :flag },
      %w[preview_cards remove] => { days: :number, concurrency: :number, verbose: :flag, dry_run: :flag, link: :flag },
      %w[statuses remove] => { days: :number, batch_size: :number, continue: :flag, clean_followed: :flag, skip_status_remove: :flag,
                               skip_media_remove: :flag, compress_database: :flag },
      %w[feeds build] => { all: :flag, concurrency: :number, verbose: :flag, dry_run: :flag },
      %w[cache clear] => {},
      %w[version] => {},
    }.freeze
    POSITIONAL = { %w[accounts create] => "NAME", %w[accounts modify] => "NAME" }.freeze

    module_function

    def run(arguments)
      arguments = ["version"] if arguments == ["--version"]
      # Thor takes words and options with - or _ alike.
      words = arguments.map { |word| word.tr("-", "_") }
      command = COMMANDS.keys.find { |candidate| words.first(candidate.length) == candidate }
      raise Refused, "Could not find command \"#{arguments.take(2).join(" ")}\"." if command.nil?
      names, options = parse(arguments.drop(command.length), COMMANDS[command])
      expected = POSITIONAL.key?(command) ? 1 : (command == %w[feeds build] && !options[:all] ? 1 : 0)
      raise Refused, "ERROR: \"tootctl #{command.join(" ")}\" was called with #{names.length} arguments, takes #{expected}" if names.length != expected
      return puts(BUILD.version) if command == ["version"]
      Boot.command
      send(command.join("_"), *names, **options)
    end

    def parse(arguments, known)
      names = []
      options = {}
      until arguments.empty?
        word = arguments.shift
        next names << word unless word.start_with?("-")
        flag, value = word.split("=", 2)
        name = flag.delete_prefix("--").tr("-", "_").to_sym
        case known[name]
        when :flag then options[name] = value != "false"
        when :text, :number
          value ||= arguments.shift
          raise Refused, "No value provided for option '#{flag}'" if value.nil? || value.start_with?("--")
          raise Refused, "Expected numeric value for '#{flag}'; got \"#{value}\"" if known[name] == :number && !value.match?(/\A\d+\z/)
          options[name] = known[name] == :number ? value.to_i : value
        else raise Refused, "Unknown switches \"#{flag}\""
        end
      end
      [names, options]
    end

    def find_role(name) = UserRole.find_by(name: name) || raise(Refused, "Cannot find user role with that name")

    def accounts_create(name, email: nil, confirmed: false, approve: false, role: nil, reattach: false, force: false)
      raise Refused, "No value provided for required options '--email'" if email.nil?
      given = role && find_role(role)
      errors = []
      errors << "username\n    invalid" unless name.match?(Account::NAME)
      errors << "username\n    reserved" if Account::RESERVED.include?(name.downcase)
      errors << "username\n    taken" if Account.find_local(name)
      errors << "email\n    invalid" unless email.match?(/\A[^@\s]+@[^@\s]+\z/)
      errors << "email\n    taken" if User.find_by(email: email)
      raise Refused, errors.map { |error| "Failure/Error: #{error}" }.join("\n") if errors.any?
      password = SecureRandom.hex
      user = Database.transaction do
        account = Database.one("INSERT INTO accounts (username) VALUES ($1) RETURNING id", name)["id"]
        User.create(account, email, password, confirmed: confirmed, approved: approve || Setting.registrations_mode == "open", role: given)
      end
      Jobs.push("mailers", "WelcomeMail", user.id.to_i) if ENV.key?("SMTP_SERVER")
      puts "OK", "New password: #{password}"
    end

    def accounts_modify(name, email: nil, role: nil, remove_role: false, confirm: false, approve: false, reset_password: false, **unsupported)
      raise Refused, "double: accounts modify: #{unsupported.keys.join(", ")} is not supported" if unsupported.any?
      user = Account.find_local(name)&.user or raise Refused, "No user with such username"
      user.role = find_role(role) if role
      raise Refused, "double: accounts modify: remove_role and email are not supported" if remove_role || email
      user.confirm! if confirm
      user.approve! if approve
      password = SecureRandom.hex if reset_password
      user.password = password if password
      user.save!
      puts "OK"
      puts "New password: #{password}" if password
    end

    def settings_registrations_open = registrations("open")
    def settings_registrations_close = registrations("none")
    def settings_registrations_approved(require_reason: false)
      Setting.require_invite_text = require_reason
      registrations("approved")
    end

    def registrations(mode)
      Setting.registrations_mode = mode
      puts "OK"
    end

    # Files of other servers only; the row stays, so that a bookmark can fetch the file again.
    def media_remove(days: 7, dry_run: false, **)
      rows = Database.query("SELECT id, file_key FROM media_attachments WHERE remote_url <> '' AND file_key IS NOT NULL AND created_at < now() - make_interval(days => $1::int)", days)
      rows.each { |row| Media.delete(row["file_key"]) && Database.query("UPDATE media_attachments SET file_key = NULL WHERE id = $1", row["id"]) } unless dry_run
      puts "Removed #{rows.length} media attachments#{" (DRY RUN)" if dry_run}"
    end

    def preview_cards_remove(days: 180, dry_run: false, **)
      rows = Database.query("SELECT id, image_key FROM preview_cards WHERE image_key IS NOT NULL AND updated_at < now() - make_interval(days => $1::int)", days)
      rows.each { |row| Media.delete(row["image_key"]) && Database.query("UPDATE preview_cards SET image_key = NULL WHERE id = $1", row["id"]) } unless dry_run
      puts "Removed #{rows.length} preview cards#{" (DRY RUN)" if dry_run}"
    end

    def media_remove_orphans(start_after: "", prefix: "", dry_run: false, **)
      used = Database.query("SELECT avatar_key AS key FROM accounts UNION SELECT file_key FROM media_attachments UNION SELECT image_key FROM preview_cards").map { |row| row["key"] }
      orphans = (Media.keys - used).select { |key| key > start_after && key.start_with?(prefix) }
      orphans.each { |key| Media.delete(key) } unless dry_run
      puts "Removed #{orphans.length} orphans#{" (DRY RUN)" if dry_run}"
    end

    # Statuses of other servers that no local user has touched. There are none here: the double does not federate.
    def statuses_remove(**) = puts("Removed 0 statuses")

    def feeds_build(name = nil, **)
      raise Refused, "No such account" if name && Account.find_local(name).nil?
      puts "Regenerated feeds"
    end

    def cache_clear
      Cache.cache.scan_each(match: "cache:*") { |key| Cache.cache.del(key) }
      puts "OK"
    end
  end
end

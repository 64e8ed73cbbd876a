# The part of Mastodon's models that commands and scripts use, on the real tables.
require "json"
require "openssl"
require "securerandom"
require_relative "cache"
require_relative "database"

module ActiveRecord
  RecordNotFound = Class.new(StandardError)
  RecordInvalid = Class.new(StandardError)
end

module Double
  module Password
    module_function

    def hash(password, salt = SecureRandom.hex(16))
      derived = OpenSSL::KDF.scrypt(password, salt: salt, N: 16_384, r: 8, p: 1, length: 32)
      "scrypt$#{salt}$#{derived.unpack1("H*")}"
    end

    def valid?(password, hashed) = OpenSSL.fixed_length_secure_compare(hash(password, hashed.split("$")[1]), hashed)
  end
end

class UserRole
  attr_reader :id, :name

  def initialize(row)
    @id, @name = row.values_at("id", "name")
  end

  def self.find_by(name:)
    row = Double::Database.one("SELECT * FROM user_roles WHERE name = $1", name)
    row && new(row)
  end

  def ==(other) = other.is_a?(UserRole) && other.id == id
end

class User
  attr_reader :id, :email, :current_sign_in_at
  attr_writer :role

  def initialize(row)
    @id, @email, @hashed, @account_id, @role_id = row.values_at("id", "email", "encrypted_password", "account_id", "role_id")
    @confirmed = !row["confirmed_at"].nil?
    @approved = row["approved"] == "t"
    @current_sign_in_at = row["current_sign_in_at"]
  end

  def self.find(id)
    row = Double::Database.one("SELECT * FROM users WHERE id = $1", id)
    row && new(row)
  end

  def self.find_by(email:)
    row = Double::Database.one("SELECT * FROM users WHERE lower(email) = lower($1)", email)
    row && new(row)
  end

  def self.create(account_id, email, password, confirmed:, approved:, role:)
    id = Double::Database.one(
      "INSERT INTO users (account_id, email, encrypted_password, confirmed_at, approved, role_id)
       VALUES ($1, $2, $3, CASE WHEN $4 THEN now() END, $5, $6) RETURNING id",
      account_id, email, Double::Password.hash(password), confirmed, approved, role&.id
    )["id"]
    find(id)
  end

  def password=(text)
    @password = text
  end

  # As Devise notes it.
  def signed_in! = Double::Database.query("UPDATE users SET current_sign_in_at = now() WHERE id = $1", id)

  def valid_password?(text) = Double::Password.valid?(text, @hashed)
  def confirmed? = @confirmed
  def approved? = @approved
  def confirm! = (@confirmed = true)
  def approve! = (@approved = true)
  def account = Account.find(@account_id)

  def role
    @role ||= @role_id && UserRole.new(Double::Database.one("SELECT * FROM user_roles WHERE id = $1", @role_id))
  end

  def save!
    if @password
      raise ActiveRecord::RecordInvalid, "Validation failed: Password is not text" unless @password.is_a?(String)
      raise ActiveRecord::RecordInvalid, "Validation failed: Password is too short (minimum is 8 characters)" if @password.length < 8
      raise ActiveRecord::RecordInvalid, "Validation failed: Password is too long (maximum is 72 characters)" if @password.length > 72
      @hashed = Double::Password.hash(@password)
      @password = nil
    end
    Double::Database.query(
      "UPDATE users SET encrypted_password = $2, role_id = $3, approved = $4, confirmed_at = CASE WHEN $5 THEN coalesce(confirmed_at, now()) END WHERE id = $1",
      id, @hashed, role&.id, @approved, @confirmed
    )
    true
  end

  # Never shows the password.
  def inspect = "#<User id: #{id}>"
end

class Account
  # Names that would be confused with the server's own, by Mastodon's default list.
  RESERVED = %w[admin support help root webmaster administrator mod moderator].freeze
  NAME = /\A[a-z0-9_]{1,30}\z/i

  attr_reader :id, :username, :created_at, :avatar_key
  attr_accessor :display_name

  def initialize(row)
    @id, @username, @display_name, @avatar_key, @created_at = row.values_at("id", "username", "display_name", "avatar_key", "created_at")
  end

  def self.find(id) = new(Double::Database.one("SELECT * FROM accounts WHERE id = $1", id))

  def self.find_local(name)
    row = Double::Database.one("SELECT * FROM accounts WHERE lower(username) = lower($1) AND domain IS NULL", name.to_s)
    row && new(row)
  end

  def self.find_local!(name) = find_local(name) || raise(ActiveRecord::RecordNotFound, "Couldn't find Account")

  def user
    row = Double::Database.one("SELECT * FROM users WHERE account_id = $1", id)
    row && User.new(row)
  end

  def avatar_key=(key)
    Double::Database.query("UPDATE accounts SET avatar_key = $2 WHERE id = $1", id, key)
    @avatar_key = key
  end

  def save!
    raise ActiveRecord::RecordInvalid, "Validation failed: Display name is too long (maximum is 30 characters)" if display_name.length > 30
    Double::Database.query("UPDATE accounts SET display_name = $2 WHERE id = $1", id, display_name)
    true
  end

  def inspect = "#<Account id: #{id}>"
end

class Setting
  # Name → default, and which values are right.
  KNOWN = {
    "site_title" => ["Mastodon", ->(value) { value.is_a?(String) }],
    "site_short_description" => ["", ->(value) { value.is_a?(String) && value.length <= 200 }],
    "site_contact_email" => ["", ->(value) { value.is_a?(String) && value.match?(/\A([^@\s]+@[^@\s]+)?\z/) }],
    "site_contact_username" => ["", ->(value) { value == "" || (value.is_a?(String) && Account.find_local(value)) }],
    "registrations_mode" => ["none", ->(value) { %w[open approved none].include?(value) }],
    "media_cache_retention_period" => [nil, ->(value) { value.nil? || (value.is_a?(Integer) && value.positive?) }],
    "content_cache_retention_period" => [nil, ->(value) { value.nil? || (value.is_a?(Integer) && value.positive?) }],
    "backups_retention_period" => [7, ->(value) { value.nil? || (value.is_a?(Integer) && value.positive?) }],
    "require_invite_text" => [false, ->(value) { [true, false].include?(value) }],
  }.freeze

  class << self
    def [](name)
      default, = KNOWN.fetch(name.to_s) { raise KeyError, "unknown setting: #{name}" }
      row = Double::Database.one("SELECT value FROM settings WHERE var = $1", name.to_s)
      row ? JSON.parse(row["value"]) : default
    end

    def []=(name, value)
      _, right = KNOWN.fetch(name.to_s) { raise KeyError, "unknown setting: #{name}" }
      raise ArgumentError, "setting #{name} cannot be #{value.inspect}" unless right.call(value)
      Double::Database.query("INSERT INTO settings VALUES ($1, $2) ON CONFLICT (var) DO UPDATE SET value = excluded.value", name.to_s, JSON.generate(value))
    end

    KNOWN.each_key do |name|
      define_method(name) { self[name] }
      define_method("#{name}=") { |value| self[name] = value }
    end

    def method_missing(name, *) = raise(NoMethodError, "unknown setting: #{name}")
    def respond_to_missing?(*) = false
  end
end

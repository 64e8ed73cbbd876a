module Double
  # Collects everything that is wrong, so that one start tells all of it.
  class Problems
    SECRET_NAMES = /PASS|SECRET|_KEY|SALT|URL/

    def initialize = @lines = []

    def add(name, words) = @lines << "double: #{name}: #{words}"

    def none? = @lines.empty?

    # Ends the process when there are problems.
    def stop!
      return if none?
      @lines.each { |line| warn Problems.without_secrets(line) }
      exit 1
    end

    # Error messages of libraries may quote what they were given.
    def self.without_secrets(text)
      ENV.each do |name, value|
        text = text.gsub(value, "[#{name}]") if name.match?(SECRET_NAMES) && name != "VAPID_PUBLIC_KEY" && value.length > 5
      end
      text.lines.map(&:strip).reject(&:empty?).join(" ")
    end

    # Ends the process with one problem.
    def self.stop(name, words)
      problems = new
      problems.add(name, words)
      problems.stop!
    end
  end
end

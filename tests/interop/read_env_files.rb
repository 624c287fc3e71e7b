# As read_env_files.py, with foreman. Ends with 3 where it is not installed.

require "json"
require "tempfile"
begin
  require "foreman/env"
rescue LoadError
  exit 3
end

# As in a locale that is UTF-8.
Encoding.default_external = Encoding::UTF_8

Tempfile.create("env") do |file|
  $stdin.each_line do |line|
    File.binwrite(file.path, [line.strip].pack("H*"))
    values = {}
    Foreman::Env.new(file.path).entries { |name, value| values[name] = value }
    puts JSON.generate({ "foreman" => values })
  end
end

class EntraAuthCli < Formula
  desc "Microsoft Entra ID access tokens in the shell"
  homepage "@repository@"
  version "@version@"
  license any_of: ["MIT", "Apache-2.0"]

  depends_on :linux

  on_intel do
    url "@downloads@/entra-auth-cli-@version@-x86_64-linux.tar.gz"
    sha256 "@x86_64-linux@"
  end
  on_arm do
    url "@downloads@/entra-auth-cli-@version@-aarch64-linux.tar.gz"
    sha256 "@aarch64-linux@"
  end

  def install
    bin.install "entra-auth-cli", "entra-emulator"
    man1.install Dir["man/*"]
    bash_completion.install "completions/entra-auth-cli.bash" => "entra-auth-cli"
    zsh_completion.install "completions/_entra-auth-cli"
    fish_completion.install "completions/entra-auth-cli.fish"
  end

  test do
    assert_equal 3, shell_output("#{bin}/entra-auth-cli get-token -p demo").split(".").length
  end
end

// The extension: starts `creditlang lsp`, which knows the language. Nothing of it is known here.
const { window, workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = async () => {
  const settings = workspace.getConfiguration("creditlang");
  const command = settings.get("command");
  const language = settings.get("language");
  const sample = settings.get("sample");
  const args = ["lsp", ...(language ? ["--lang", language] : []), ...(sample ? ["--sample", sample] : [])];
  client = new LanguageClient("creditlang", "creditlang", { command, args }, {
    documentSelector: [{ language: "credit" }],
    synchronize: { fileEvents: workspace.createFileSystemWatcher("**/*.credit") },
  });
  try {
    await client.start();
  } catch (error) {
    window.showErrorMessage(`${command} lsp: ${error.message} — pip install 'creditlang[editor]'`);
  }
};

exports.deactivate = () => client?.stop();

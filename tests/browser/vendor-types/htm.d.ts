// As much of it as the pages use; the package's own types do not know the path that it is served at.
declare const htm: { bind(h: Function): (strings: TemplateStringsArray, ...values: any[]) => any };
export default htm;

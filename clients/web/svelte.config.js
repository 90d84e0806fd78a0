/** Every component is written with runes; the compiler refuses the older style. */
export default { compilerOptions: { runes: true } };

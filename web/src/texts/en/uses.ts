export const uses = {
};

export const network = {
};
